// SPDX-License-Identifier: AGPL-3.0-or-later
// The time brush: hides what has a time outside of the chosen span, on canvas and in the table.
import type { Core, EdgeSingular, NodeSingular } from "cytoscape";
import { say } from "./asking";
import type { EdgeShape } from "./asking";
import { classify, edgesIn, nodesIn } from "./canvas";
import { moment } from "./figures";
import { byId } from "./page";

const STEPS = 1000;
const BINS = 50;
const SVG = "http://www.w3.org/2000/svg";

export class Brush {
  private span: [number, number] | null = null;
  private readonly from = byId<HTMLInputElement>("brush-from");
  private readonly to = byId<HTMLInputElement>("brush-to");

  constructor(
    private readonly cy: Core,
    private readonly changed: () => void,
  ) {
    for (const input of [this.from, this.to]) input.addEventListener("input", () => this.apply());
    byId("brush-all").addEventListener("click", () => {
      this.from.value = "0";
      this.to.value = String(STEPS);
      this.apply();
    });
  }

  /** Look again at which times there are. */
  refresh(): void {
    const times = edgesIn(this.cy.edges()).map(timesOf).flat();
    times.sort((a, b) => a - b);
    const first = times[0];
    const last = times[times.length - 1];
    byId("brush").hidden = first === undefined || first === last;
    this.span = first === undefined || last === undefined ? null : [first, last];
    this.histogram(times);
    this.filter();
  }

  private chosen(): [number, number] {
    if (this.span === null) return [-Infinity, Infinity];
    const [first, last] = this.span;
    const at = (input: HTMLInputElement): number => first + ((last - first) * Number(input.value)) / STEPS;
    const whole = Number(this.from.value) === 0 && Number(this.to.value) === STEPS;
    return whole ? [-Infinity, Infinity] : [Math.floor(at(this.from)), Math.ceil(at(this.to))];
  }

  private apply(): void {
    if (Number(this.from.value) > Number(this.to.value)) this.to.value = this.from.value;
    this.filter();
    this.changed();
  }

  private filter(): void {
    const [low, high] = this.chosen();
    const text = Number.isFinite(low) ? `${moment(low)} – ${moment(high)} UTC` : say("all-times");
    byId("brush-span").textContent = text;
    for (const input of [this.from, this.to]) input.setAttribute("aria-valuetext", text);
    classify(this.cy, edgesIn(this.cy.edges()), "untimely", (edge) => !fits(timesOf(edge), low, high));
    classify(this.cy, nodesIn(this.cy.nodes()), "untimely", (node) => Number.isFinite(low) && isLeftAlone(node));
  }

  private histogram(times: number[]): void {
    const place = byId("brush-bins");
    place.replaceChildren();
    if (this.span === null) return;
    const [first, last] = this.span;
    const bins = new Array<number>(BINS).fill(0);
    for (const time of times) {
      const bin = Math.min(BINS - 1, Math.floor(((time - first) / Math.max(1, last - first)) * BINS));
      bins[bin] = (bins[bin] ?? 0) + 1;
    }
    const most = Math.max(...bins, 1);
    const picture = document.createElementNS(SVG, "svg");
    picture.setAttribute("viewBox", `0 0 ${BINS} 20`);
    picture.setAttribute("preserveAspectRatio", "none");
    picture.setAttribute("aria-hidden", "true");
    const bars = document.createElementNS(SVG, "path");
    bars.setAttribute("d", bins.map((n, x) => bar(x + 0.1, n ? Math.max(1, (n / most) * 20) : 0)).join(""));
    picture.append(bars);
    place.append(picture);
  }
}

/** Return a bar of the histogram as a piece of a path, "" where nothing falls. */
function bar(x: number, height: number): string {
  return height ? `M${x} 20v${-height}h.8v${height}z` : "";
}

function timesOf(edge: EdgeSingular): number[] {
  const data = edge.data("edge") as EdgeShape;
  return [data.first, data.last].filter((time): time is number => time !== null);
}

function fits(times: number[], low: number, high: number): boolean {
  const [first, last] = [times[0], times[times.length - 1]];
  return first === undefined || last === undefined || (first <= high && last >= low);
}

/** Whether everything that joins a thing to others lies outside of the span. */
function isLeftAlone(node: NodeSingular): boolean {
  const edges = node.connectedEdges();
  return edges.nonempty() && edgesIn(edges).every((edge) => edge.hasClass("untimely"));
}
