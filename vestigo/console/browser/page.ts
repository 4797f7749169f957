// SPDX-License-Identifier: AGPL-3.0-or-later
// Small pieces that every module builds the page from; text is only ever set as text.

/** Return the element of this id; the template has it. */
export function byId<T extends HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (found === null) throw new Error(`no #${id}`);
  return found as T;
}

/** Return a new element with text, attributes and children. */
export function made(
  name: string,
  text = "",
  attributes: Record<string, string> = {},
  children: Node[] = [],
): HTMLElement {
  const element = document.createElement(name);
  element.textContent = text;
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
  element.append(...children);
  return element;
}

/** Return a button that does something. */
export function button(text: string, act: () => void, label = text): HTMLElement {
  const element = made("button", text, { type: "button", "aria-label": label });
  element.addEventListener("click", act);
  return element;
}

/** Return text of the case, set apart from ours whatever direction it is written in. */
export function quoted(text: string): HTMLElement {
  return made("bdi", text);
}

/** Show a message to people who see the page and to those who hear it. */
export function tell(text: string, bad = false): void {
  const place = byId("said");
  place.textContent = text;
  place.classList.toggle("bad", bad);
}
