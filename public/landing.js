// Fills in the address clients know this server by, and lets the copy buttons work. Without it the page shows a
// placeholder. Clients refuse any other address, also one under which this page can be opened.
const endpoint = (await published()) ?? `${location.origin}/mcp`;
for (const element of document.querySelectorAll('[data-endpoint]')) element.textContent = endpoint;

const status = document.querySelector('#copy-status');

for (const button of document.querySelectorAll('button[data-copy]')) {
  // Only secure pages (https, or this machine) may write to the clipboard.
  if (!navigator.clipboard) continue;
  button.hidden = false;
  const label = button.textContent;
  let timer;
  button.addEventListener('click', async () => {
    const text = document.getElementById(button.dataset.copy).textContent.trim();
    const copied = await navigator.clipboard.writeText(text).then(
      () => true,
      () => false,
    );
    button.textContent = copied ? 'Copied' : 'Not copied';
    status.textContent = copied ? 'Copied to the clipboard' : 'The browser did not allow copying';
    clearTimeout(timer);
    timer = setTimeout(() => {
      button.textContent = label;
      status.textContent = '';
    }, 2000);
  });
}

// Absent with AUTH_MODE=none, where the server is on this machine.
async function published() {
  try {
    const response = await fetch('/.well-known/oauth-protected-resource');
    return (await response.json()).resource;
  } catch {
    return undefined;
  }
}
