// The pages work without this script. A second click while the first is being answered would make the browser forget
// the answer.
const form = document.querySelector('form');
/** @param {'true' | 'false'} value */
const setBusy = (value) => form?.setAttribute('aria-busy', value);
form?.addEventListener('submit', (event) => {
  if (form.ariaBusy === 'true') event.preventDefault();
  setBusy('true');
});
addEventListener('pageshow', () => setBusy('false'));

// Makes this a module to the type check too, as it is in the page.
export {};
