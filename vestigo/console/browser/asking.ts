// SPDX-License-Identifier: AGPL-3.0-or-later
// Asks the server; an answer that is no answer becomes words that say what to do.
import { counted, isSingular } from "./figures";

export type Ref = [label: string, key: string];

export interface NodeShape {
  ref: Ref;
  name: string;
  short: string;
  standing: string;
  status?: string;
  sat: number;
  at: number | null;
  url: string;
  fields: Record<string, string>;
}

export interface EdgeShape {
  source: Ref;
  target: Ref;
  kind: string;
  tier: string;
  n: number;
  first: number | null;
  last: number | null;
  sat: number;
  rule: string;
  confidence: string;
  record: string;
}

export interface Shapes {
  nodes: NodeShape[];
  edges: EdgeShape[];
}

export interface Count {
  direction: "in" | "out";
  kind: string;
  label: string;
  n: number;
}

export interface Words {
  labels: Record<string, string>;
  kinds: Record<string, string>;
  tiers: Record<string, string>;
  looks: Record<string, [fill: string, shape: string, letters: string]>;
  dashes: Record<string, number[]>;
  most: number;
  at_once: number;
}

const JSON_TYPE = "application/json";

/** A refusal in the words of the server, or of the page where no server answered. */
export class Refused extends Error {
  constructor(
    words: string,
    readonly code = "",
  ) {
    super(words);
  }
}

interface Sentence {
  many: string;
  one: string;
}

const sentences = new Map<string, Sentence>(); // a table says the same in each of its rows

/** Return the sentence of the page that is called `name`, with its places filled; `n` counts. */
export function say(name: string, filled: Record<string, string | number> = {}): string {
  const found = sentences.get(name) ?? sentenceOf(name);
  sentences.set(name, found);
  const n = filled["n"];
  let text = typeof n === "number" && isSingular(n) ? found.one : found.many;
  for (const [place, value] of Object.entries(filled)) {
    text = text.replaceAll(`{${place}}`, () => (typeof value === "number" ? counted(value) : value));
  }
  return text;
}

function sentenceOf(name: string): Sentence {
  const told = document.querySelector<HTMLElement>(`#words [data-word="${name}"]`);
  const many = told?.textContent ?? name;
  return { many, one: told?.dataset["one"] ?? many };
}

/** Return a JSON answer; raises `Refused` with words to show. */
export async function ask<T>(path: string, body?: unknown): Promise<T> {
  return (await answer(path, body)).json() as Promise<T>;
}

/** Return a file that the server made; raises `Refused` with words to show. */
export async function askFile(path: string, body: unknown): Promise<Blob> {
  return (await answer(path, body)).blob();
}

async function answer(path: string, body?: unknown): Promise<Response> {
  const headers = { Accept: JSON_TYPE, "Content-Type": JSON_TYPE };
  const request: RequestInit =
    body === undefined
      ? { headers: { Accept: JSON_TYPE } }
      : { method: "POST", headers, body: JSON.stringify(body) };
  let found: Response;
  try {
    found = await fetch(path, { ...request, redirect: "manual" });
  } catch {
    throw new Refused(say("cut-off"));
  }
  if (found.ok) return found;
  const isOurs = found.headers.get("Content-Type")?.startsWith(JSON_TYPE) ?? false;
  if (!isOurs) throw new Refused(say(found.status === 413 ? "too-large" : "ended"));
  const refusal = (await found.json()) as Record<string, string>;
  const parts = [refusal["code"], refusal["what"], refusal["where"], refusal["remedy"]];
  throw new Refused(parts.filter((part) => part).join(" "), refusal["code"]);
}
