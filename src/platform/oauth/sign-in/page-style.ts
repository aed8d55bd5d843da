/** The style sheet of the sign-in pages. Nothing is loaded from elsewhere, so that the page works under its policy. */
export const pageStyle = `
:root {
  --ground: #faf8f4; --card: #ffffff; --ink: #211d18; --soft: #645c51; --line: #e2dbd0; --accent: #1f5f4a;
  --on-accent: #ffffff; --danger: #a3261b; --warn-ground: #fbf0d6;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #161412; --card: #1f1c19; --ink: #f0ebe3; --soft: #b0a698; --line: #37322c; --accent: #8fd0b5;
    --on-accent: #10231c; --danger: #ff9d8f; --warn-ground: #3a2e18;
  }
}
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.25rem; background: var(--ground);
  color: var(--ink); font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; }
main { width: 100%; max-width: 26rem; padding: 2rem 1.75rem; background: var(--card); border: 1px solid var(--line);
  border-radius: 1rem; overflow-wrap: anywhere; }
.brand { margin: 0 0 .25rem; color: var(--accent); font-weight: 600; }
h1 { margin: 0 0 1.25rem; font-size: 1.5rem; line-height: 1.25; font-weight: 500;
  font-family: "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif; }
h2 { margin: 0 0 .5rem; font-size: 1rem; font-weight: 600; }
label { display: block; margin: 0 0 .35rem; font-weight: 600; }
input:not([type=checkbox]) { width: 100%; min-height: 2.9rem; margin: 0 0 1rem; padding: .6rem .8rem; font: inherit;
  color: inherit; background: transparent; border: 1px solid var(--soft); border-radius: .6rem; }
input[aria-invalid] { border-color: var(--danger); }
input[type=checkbox] { width: 1.25rem; height: 1.25rem; margin: 0 .6rem 0 0; accent-color: var(--accent);
  flex: none; }
section { margin: 0 0 1.25rem; }
ul { margin: 0 0 .75rem; padding: 0 0 0 1.2rem; }
li { margin: .25rem 0; }
.choice { list-style: none; margin-left: -1.2rem; }
.choice label { display: flex; align-items: center; min-height: 2.75rem; margin: 0; font-weight: 400; }
.hint { color: var(--soft); font-size: .925rem; }
p.hint { margin: 0 0 .75rem; }
.hint strong { color: var(--ink); }
.warning { margin: 0; padding: .75rem .9rem; background: var(--warn-ground); border-radius: .6rem; font-size: .925rem; }
.problem { margin: 0 0 1rem; color: var(--danger); font-weight: 600; }
button { display: block; width: 100%; min-height: 2.9rem; margin: 0 0 .6rem; padding: .6rem 1rem; font: inherit;
  font-weight: 600; color: var(--on-accent); background: var(--accent); border: 1px solid var(--accent);
  border-radius: .6rem; cursor: pointer; }
button.secondary { margin: 0; color: var(--ink); background: transparent; border-color: var(--soft); }
form[aria-busy=true] button { opacity: .6; cursor: progress; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
`;
