// Makes the copy buttons work. The rest of the page needs no script.
const status = document.querySelector('#copy-status');

for (const button of document.querySelectorAll('button[data-copy]')) {
  // Only secure pages (https, or this machine) may write to the clipboard.
  if (!(button instanceof HTMLButtonElement) || !navigator.clipboard) continue;
  button.hidden = false;
  const label = button.textContent;
  /** @type {number | undefined} */
  let timer;
  button.addEventListener('click', async () => {
    const text = document.getElementById(button.dataset['copy'] ?? '')?.textContent?.trim() ?? '';
    const copied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    button.textContent = copied ? 'Copied' : 'Not copied';
    announce(copied ? 'Copied to the clipboard' : 'The browser did not allow copying');
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.textContent = label;
      announce('');
    }, 2000);
  });
}

/** @param {string} text */
function announce(text) {
  if (status) status.textContent = text;
}

// Makes the type check treat this file as a module, as the page does.
export {};
