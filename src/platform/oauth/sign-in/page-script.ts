/**
 * The only script of the sign-in pages, which work without it: a second click while the first is being answered would
 * make the browser forget the answer.
 */
export const pageScript = `
const form = document.querySelector('form');
const busy = (value) => form?.setAttribute('aria-busy', value);
form?.addEventListener('submit', (event) => {
  if (form.ariaBusy === 'true') event.preventDefault();
  busy('true');
});
addEventListener('pageshow', () => busy('false'));
`;
