// The pages work without this script. A second click while the first is being answered would make the browser forget
// the answer.
const form = document.querySelector('form');
const password = document.querySelector('#password');
const reveal = document.querySelector('.reveal');
const sent = document.querySelector('.sent');

/** @param {boolean} busy */
const setBusy = (busy) => {
  form?.setAttribute('aria-busy', String(busy));
  if (sent instanceof HTMLElement) sent.textContent = busy ? (sent.dataset['text'] ?? '') : '';
};
/** @param {boolean} shown */
const showPassword = (shown) => {
  password?.setAttribute('type', shown ? 'text' : 'password');
  reveal?.setAttribute('aria-pressed', String(shown));
};

form?.addEventListener('submit', (event) => {
  if (form.ariaBusy === 'true') event.preventDefault();
});
// Unlike `submit`, this also comes when a password manager calls `form.submit()`.
form?.addEventListener('formdata', () => {
  // Browsers remember what is typed into text fields.
  showPassword(false);
  setBusy(true);
});
addEventListener('pageshow', () => setBusy(false));
reveal?.removeAttribute('hidden');
reveal?.addEventListener('click', () => showPassword(reveal.ariaPressed !== 'true'));

// Makes this a module to the type check too, as it is in the page.
export {};
