// SPDX-License-Identifier: Apache-2.0
/** The little that this page needs to work on its document. */

/** The element that the document is known to have. */
export function find<E extends Element>(root: ParentNode, selector: string, type: new () => E): E {
  const found = root.querySelector(selector);
  if (found instanceof type) return found;
  throw new Error(`The page has no ${type.name} ${selector}.`);
}

export function section(id: string): HTMLElement {
  return find(document, `#${id}`, HTMLElement);
}

/** An element with a text or other elements in it. */
export function create<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Readonly<Record<string, string>> = {},
  ...content: (string | Node)[]
): HTMLElementTagNameMap[Tag] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...content);
  return element;
}

/** What is in a template, once. */
export function stamp(id: string): HTMLElement {
  const { content } = find(document, `template#${id}`, HTMLTemplateElement);
  return find(document.importNode(content, true), '*', HTMLElement);
}

/** Digits between commas or spaces, such as `415, 628`. */
export function areaCodesOf(text: string): string[] {
  return text.split(/[\s,;]+/).filter((code) => code !== '');
}
