import type { Tool } from '@modelcontextprotocol/client';

/** Prefixes the names of arguments, so that they cannot clash with those of settings. */
const PREFIX = 'arg.';

/** The parts of a JSON Schema property that determine its input. */
interface Property {
  type?: string;
  enum?: unknown[];
  description?: string;
}

/** Reads a tool's arguments from a query. Omits empty ones, so that the server's defaults apply. */
export function argumentsIn(query: URLSearchParams, tool: Tool): Record<string, unknown> {
  const filled = propertiesOf(tool).flatMap(([name, { type }]) => {
    const text = query.get(PREFIX + name);
    // Numbers, booleans, lists and objects are written as JSON.
    return text ? [[name, type === 'string' || type === undefined ? text : JSON.parse(text)]] : [];
  });
  return Object.fromEntries(filled);
}

/** Adds the choice of cards and an input for each of the tool's arguments to the form. */
export function showForm(form: HTMLFormElement, tools: Tool[], tool: Tool, query: URLSearchParams): void {
  const cards = tools.map(({ name, title }) => new Option(title ?? name, name, false, name === tool.name));
  const choice = labelled('Card', select('card', cards));
  form.prepend(
    choice,
    ...propertiesOf(tool).map(([name, property]) => {
      const value = query.get(PREFIX + name) ?? '';
      return labelled(property.description ?? name, inputFor(PREFIX + name, property, value));
    }),
  );
}

function propertiesOf({ inputSchema }: Tool): [string, Property][] {
  return Object.entries((inputSchema.properties ?? {}) as Record<string, Property>);
}

function inputFor(name: string, property: Property, value: string): HTMLElement {
  const choices = property.type === 'boolean' ? [true, false] : property.enum;
  if (choices) {
    const texts = ['', ...choices.map(textOf)];
    return select(
      name,
      texts.map((text) => new Option(text, text, false, text === value)),
    );
  }
  const input = document.createElement('input');
  Object.assign(input, { name, value });
  if (property.type === 'number' || property.type === 'integer')
    Object.assign(input, { type: 'number', step: 'any' });
  return input;
}

function select(name: string, options: HTMLOptionElement[]): HTMLSelectElement {
  const element = document.createElement('select');
  element.name = name;
  element.append(...options);
  return element;
}

function labelled(text: string, input: HTMLElement): HTMLLabelElement {
  const label = document.createElement('label');
  if (input instanceof HTMLInputElement) label.className = 'wide';
  label.append(`${text} `, input);
  return label;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
