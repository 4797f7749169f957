// SPDX-License-Identifier: AGPL-3.0-or-later
// A long table: only the rows that can be seen are there; what has the focus stays.
import { made } from "./page";

export const WHOLE = 100; // tables up to here are there as a whole
const AROUND = 30; // rows kept beyond those that can be seen
const AHEAD = 8; // rows made beyond them while the table moves
const REST_MS = 150;

export class Rows {
  private shown = new Map<number, HTMLElement>();
  private make: (n: number) => HTMLElement = () => made("tr");
  private n = 0;
  private height = 0;
  private first = 0;
  private last = 0;
  private resting = 0;
  private readonly place: HTMLElement;
  private readonly above = space();
  private readonly below = space();

  constructor(
    private readonly table: HTMLElement,
    private readonly body: HTMLElement,
  ) {
    this.place = table.closest<HTMLElement>(".sheet") ?? table;
    this.place.addEventListener("scroll", () => this.move(), { passive: true });
    addEventListener("beforeprint", () => this.whole());
    addEventListener("afterprint", () => this.show(this.n, this.make));
  }

  /** On paper nothing can be scrolled: every row is there. */
  private whole(): void {
    if (this.n <= WHOLE) return;
    clearTimeout(this.resting);
    this.table.classList.remove("long");
    this.body.replaceChildren(...Array.from({ length: this.n }, (_one, row) => this.make(row)));
  }

  /** Show `n` rows from now on; `make` builds one of them. */
  show(n: number, make: (n: number) => HTMLElement): void {
    this.n = n;
    this.make = make;
    this.shown.clear();
    clearTimeout(this.resting);
    const isLong = n > WHOLE;
    this.table.classList.toggle("long", isLong);
    if (!isLong) {
      this.table.removeAttribute("aria-rowcount");
      this.body.replaceChildren(...Array.from({ length: n }, (_one, row) => make(row)));
      return;
    }
    this.table.setAttribute("aria-rowcount", String(n + 1));
    this.body.replaceChildren(this.above, this.below);
    this.first = this.last = 0;
    this.look(AROUND);
  }

  /** While the table moves few rows are made; the others come when it rests. */
  private move(): void {
    if (this.n <= WHOLE || !this.table.classList.contains("long")) return;
    clearTimeout(this.resting);
    this.resting = setTimeout(() => this.look(AROUND), REST_MS);
    this.look(AHEAD);
  }

  private look(around: number): void {
    if (!this.height) this.measure();
    const top = Math.floor(this.place.scrollTop / this.height);
    const end = top + Math.ceil(this.place.clientHeight / this.height);
    let [first, last] = [Math.max(0, top - around), Math.min(this.n, end + around)];
    if (first <= this.last && last >= this.first) {
      first = Math.max(Math.min(first, this.first), top - AROUND);
      last = Math.min(Math.max(last, this.last), end + AROUND);
    }
    [this.first, this.last] = [first, last];
    for (const [row, element] of this.shown) {
      if ((row < first || row >= last) && !element.contains(document.activeElement)) {
        element.remove();
        this.shown.delete(row);
      }
    }
    this.fill(first, last);
    const kept = [...this.shown.keys()].filter((row) => row < first || row >= last);
    const before = first - kept.filter((row) => row < first).length;
    const after = this.n - last - kept.filter((row) => row >= last).length;
    heighten(this.above, before * this.height);
    heighten(this.below, after * this.height);
  }

  private fill(first: number, last: number): void {
    let next: Element = this.below;
    for (const [row, element] of [...this.shown].sort((a, b) => b[0] - a[0])) {
      if (row >= last) next = element;
    }
    for (let row = last - 1; row >= first; row -= 1) {
      let element = this.shown.get(row);
      if (element === undefined) {
        element = this.built(row);
        next.before(element);
      }
      next = element;
    }
  }

  private built(row: number): HTMLElement {
    const element = this.make(row);
    element.setAttribute("aria-rowindex", String(row + 2));
    this.shown.set(row, element);
    return element;
  }

  private measure(): void {
    const one = this.built(0);
    this.below.before(one);
    this.height = one.getBoundingClientRect().height || 32;
  }
}

function space(): HTMLElement {
  return made("tr", "", { class: "space", "aria-hidden": "true" }, [made("td")]);
}

function heighten(row: HTMLElement, height: number): void {
  row.hidden = height <= 0;
  row.style.height = `${height}px`;
}
