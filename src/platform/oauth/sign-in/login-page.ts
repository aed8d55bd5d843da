import type { Brand } from '../../ui/brand.js';
import { html, type SafeHtml } from '../../ui/html.js';
import { brandLine, brandLinks, type Page } from '../../ui/page.js';
import type { ErrorView, LoginScope, LoginView } from './views.js';

/** Makes the page for sign-in and consent: who asks, for what, where the answer goes, and the form. */
export function loginPage(brand: Brand, view: LoginView): Page {
  const { hidden, clientName, opensApplication, scopes, username, problem } = view;
  return page(
    brand,
    `Sign in to ${brand.name}`,
    html`
      <h1>Sign in to connect <bdi>${clientName}</bdi></h1>
      <form method="post" action="/login">
        ${Object.entries(hidden).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`)}
        <section aria-labelledby="asks">
          ${destination(view)}
          <h2 id="asks"><bdi>${clientName}</bdi> will be able to</h2>
          <ul>
            ${scopes.filter(({ optional }) => !optional).map(({ description }) => html`<li>${description}</li>`)}
            ${scopes.filter(({ optional }) => optional).map(choice)}
          </ul>
        </section>
        ${problem !== undefined && html`<p class="problem" role="alert" id="problem">${problem}</p>`}
        <label for="username">User name</label>
        <input id="username" name="username" value="${username}" autocomplete="username" autocapitalize="none"
          spellcheck="false" maxlength="100" required ${problemAttributes(view)}
          ${problem !== undefined && username === '' && html`autofocus`}>
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" maxlength="200" required
          ${problemAttributes(view)} ${username !== '' && html`autofocus`}>
        <button type="button" class="reveal" aria-pressed="false" aria-controls="password" hidden>Show password</button>
        <button name="decision" value="allow">Sign in and allow</button>
        <button name="decision" value="deny" class="secondary" formnovalidate>Cancel</button>
        ${opensApplication && sent(view)}
      </form>`,
  );
}

/** Makes the page that ends a failed sign-in. */
export function errorPage(brand: Brand, { message, returnTo }: ErrorView): Page {
  return page(
    brand,
    'Sign-in cannot continue',
    html`
      <h1>Sign-in cannot continue</h1>
      <p role="alert">${message}</p>
      ${returnTo && html`<p><a href="${returnTo.href}" rel="noreferrer">Return to ${returnTo.host}</a></p>`}`,
  );
}

function choice({ name, description, ticked }: LoginScope): SafeHtml {
  return html`<li class="choice"><label>
    <input type="checkbox" name="scope" value="${name}" ${ticked && html`checked`}>
    <span>${description} <span class="hint">(optional)</span></span></label></li>`;
}

function destination({ clientHost, redirectHost, ownDevice }: LoginView): SafeHtml {
  const identity = clientHost
    ? html`It is described at <strong>${clientHost}</strong>.`
    : html`The application chose this name; nobody has verified it.`;
  return html`
    <p class="hint">${identity} Afterwards you will be sent to <strong>${redirectHost}</strong>.</p>
    ${
      ownDevice &&
      html`<p class="warning"><strong>This is a program on your own device.</strong> Continue only if you have just
      started connecting it yourself.</p>`
    }`;
}

/** Makes the line that the script shows once the form is sent, because this page stays when an application opens. */
function sent({ redirectHost }: LoginView): SafeHtml {
  const text = `${redirectHost} should open in a moment. You can close this page then.`;
  return html`<p class="sent" role="status" data-text="${text}"></p>`;
}

function problemAttributes({ problem }: LoginView): SafeHtml | undefined {
  return problem === undefined ? undefined : html`aria-invalid="true" aria-describedby="problem"`;
}

function page(brand: Brand, title: string, content: SafeHtml): Page {
  const links = brandLinks(brand);
  return {
    title,
    body: html`<main>${brandLine(brand)}${content}</main>${links.length > 0 && html`<footer>${links}</footer>`}`,
  };
}
