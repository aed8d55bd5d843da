// The pages work without this script. A second click while the first is being answered would make the browser forget
// the answer.
const form = document.querySelector('form');
const password = document.querySelector('#password');
const reveal = document.querySelector('.reveal');
const sent = document.querySelector('.sent');

/** @param {boolean} busy */
const setBusy = (busy) => form?.setAttribute('aria-busy', String(busy));
/** @param {boolean} isSent */
const showSent = (isSent) => {
  if (sent instanceof HTMLElement) sent.textContent = isSent ? (sent.dataset['text'] ?? '') : '';
};
/** @param {boolean} shown */
const showPassword = (shown) => {
  password?.setAttribute('type', shown ? 'text' : 'password');
  reveal?.setAttribute('aria-pressed', String(shown));
};

form?.addEventListener('submit', (event) => {
  if (form.ariaBusy === 'true') event.preventDefault();
  setBusy(true);
});
// Unlike `submit`, this also comes when a password manager calls `form.submit()`. It comes as well when an extension only
// reads the form, so the form must stay usable.
form?.addEventListener('formdata', () => {
  // Browsers remember what is typed into text fields.
  showPassword(false);
  showSent(true);
});
addEventListener('pageshow', () => {
  setBusy(false);
  showSent(false);
});
reveal?.removeAttribute('hidden');
reveal?.addEventListener('click', () => showPassword(reveal.ariaPressed !== 'true'));

// Makes this a module to the type check too, as it is in the page.
export {};
