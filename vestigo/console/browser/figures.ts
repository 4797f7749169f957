// SPDX-License-Identifier: AGPL-3.0-or-later
// Numbers as the pages of the server write them: the page brings the marks of its language.

interface Marks {
  decimal: string;
  group: string;
  groupFrom: number;
  singular: number[];
}

let known: Marks | null = null;

function marks(): Marks {
  const told = document.getElementById("words")?.dataset ?? {};
  known ??= {
    decimal: told["decimal"] ?? ".",
    group: told["group"] ?? "",
    groupFrom: Number(told["groupFrom"] ?? 1000),
    singular: (told["singular"] ?? "1").split(" ").map(Number),
  };
  return known;
}

/** Return a count, grouped as the language of the page groups it. */
export function counted(n: number): string {
  const { group, groupFrom } = marks();
  return n < groupFrom ? String(n) : String(n).replace(/\B(?=(\d{3})+$)/g, group);
}

/** Whether a count goes with the singular in the language of the page. */
export function isSingular(n: number): boolean {
  return marks().singular.includes(n);
}

/** Return a decimal of the server with the decimal mark of the page. */
export function decimal(text: string): string {
  return text.replace(".", marks().decimal);
}

/** Return satoshi as BTC, "" for nothing. */
export function btc(sat: number): string {
  if (!sat) return "";
  const whole = Math.floor(sat / 1e8);
  return `${decimal(`${whole}.${String(sat % 1e8).padStart(8, "0")}`)} BTC`;
}

/** Return a probability (four places at most) as a percentage, "" where none is known. */
export function percent(share: string): string {
  return share === "" ? "" : `${decimal(String(Math.round(Number(share) * 1e4) / 100))} %`;
}

/** Return epoch milliseconds as a UTC time, the same in every language; "" where there is none. */
export function moment(at: number | null | undefined): string {
  if (at === null || at === undefined) return "";
  return new Date(at).toISOString().slice(0, 19).replace("T", " ");
}
