import { html, SafeHtml } from '../platform/http/html.js';
import type { ErrorView, LoginView } from '../platform/oauth/accounts.js';
import { pageStyle } from './login-style.js';

export { pageStyle } from './login-style.js';

const SHOP_NAME = 'Acme Shop';

/** Sign-in and consent on one page: who asks, for what, where it leads, and the form. */
export function loginPage(view: LoginView): string {
  const declined = view.scopes.filter((scope) => !scope.default);
  return page(
    `Sign in to ${SHOP_NAME}`,
    html`
      <p class="brand">${SHOP_NAME}</p>
      <h1>Sign in to connect ${view.clientName}</h1>
      ${view.problem !== undefined && html`<p class="problem" role="alert" id="problem">${view.problem}</p>`}
      <form method="post" action="/login">
        ${Object.entries(view.hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
        <label for="username">User name</label>
        <input id="username" name="username" value="${view.username}" autocomplete="username" autocapitalize="none"
          spellcheck="false" maxlength="100" required ${problemAttributes(view)} ${autofocus(view.username === '')}>
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" maxlength="200" required
          ${problemAttributes(view)} ${autofocus(view.username !== '')}>
        <section aria-labelledby="asks">
          <h2 id="asks"><bdi>${view.clientName}</bdi> will be able to</h2>
          <ul>
            ${view.scopes.filter((scope) => scope.default).map((scope) => html`<li>${scope.description}</li>`)}
            ${declined.map(
              (
                scope,
              ) => html`<li class="choice"><label><input type="checkbox" name="scope" value="${scope.name}" checked>
              <span>${scope.description} <span class="hint">(optional)</span></span></label></li>`,
            )}
          </ul>
          ${destination(view)}
        </section>
        <button name="decision" value="allow">Sign in and allow</button>
        <button name="decision" value="deny" class="secondary" formnovalidate>Cancel</button>
      </form>`,
  );
}

/** Where a sign-in ends that can't go on. */
export function errorPage({ message, returnTo }: ErrorView): string {
  return page(
    'Sign-in cannot continue',
    html`
      <p class="brand">${SHOP_NAME}</p>
      <h1>Sign-in cannot continue</h1>
      <p role="alert">${message}</p>
      ${returnTo && html`<p><a href="${returnTo.href}" rel="noreferrer">Return to ${returnTo.host}</a></p>`}`,
  );
}

function destination({ clientName, clientHost, redirectHost, loopbackOnly }: LoginView): SafeHtml {
  const identity = clientHost
    ? html`Described at <strong>${clientHost}</strong>.`
    : html`The name <bdi>${clientName}</bdi> was chosen by the application and is not verified.`;
  return html`
    <p class="hint">${identity} Afterwards you will be sent to <strong>${redirectHost}</strong>.</p>
    ${
      loopbackOnly &&
      html`<p class="warning"><strong>This is a program on your own computer.</strong> Continue only if you have just
      started connecting it yourself.</p>`
    }`;
}

function problemAttributes({ problem }: LoginView): SafeHtml | undefined {
  return problem === undefined ? undefined : html`aria-invalid="true" aria-describedby="problem"`;
}

function autofocus(wanted: boolean): SafeHtml | undefined {
  return wanted ? html`autofocus` : undefined;
}

function page(title: string, body: SafeHtml): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<style>${new SafeHtml(pageStyle)}</style>
</head>
<body><main>${body}</main></body>
</html>
`.toString();
}
