// SPDX-License-Identifier: AGPL-3.0-or-later
// The canvas: cytoscape, drawn from shapes of the server; looks never by colour alone.
import cytoscape from "cytoscape";
import type { Core, EdgeSingular, ElementDefinition, NodeSingular, StylesheetJson } from "cytoscape";
import type { EdgeShape, NodeShape, Ref, Words } from "./asking";
import { btc, counted } from "./figures";

export const GROUP = "Group";
const SHAPES: Record<string, string> = {
  box: "round-rectangle", round: "ellipse", hexagon: "hexagon", diamond: "diamond",
};
const MANY = 400;
const FEW = 12; // with more lines, words stand on those that are pointed at or selected

/** Return the id of a node on the canvas. */
export function idOf(ref: Ref): string {
  return `${ref[0]}:${ref[1]}`;
}

/** Return the id of what joins two nodes by one type and tier. */
export function edgeId(edge: EdgeShape): string {
  return JSON.stringify([edge.source, edge.target, edge.kind, edge.tier]);
}

export function newCanvas(container: HTMLElement, words: Words): Core {
  const cy = cytoscape({
    container,
    style: styles(words),
    minZoom: 0.05,
    maxZoom: 3,
    boxSelectionEnabled: true,
    selectionType: "additive",
    hideEdgesOnViewport: false,
    pixelRatio: 1,
  });
  const colours = matchMedia("(prefers-color-scheme: dark)");
  colours.addEventListener("change", () => cy.style(styles(words)));
  cy.on("mouseover", "edge", (event) => event.target.addClass("pointed"));
  cy.on("mouseout", "edge", (event) => event.target.removeClass("pointed"));
  return cy;
}

/** Return what cytoscape draws for a node; `place` is where it goes. */
export function nodeElement(
  shape: NodeShape, words: Words, place: { x: number; y: number },
): ElementDefinition {
  const [fill, look, letters] = words.looks[shape.ref[0]] ?? ["#999999", "box", "?"];
  const standing = shape.standing ? ` (${shape.standing})` : "";
  const amount = btc(shape.sat);
  const shown = `${letters} ${shape.short}${standing}${amount ? "\n" + amount : ""}`;
  return {
    group: "nodes",
    data: { id: idOf(shape.ref), shape, shown, fill, look: SHAPES[look] ?? "ellipse" },
    classes: [shape.ref[0], classOf(shape)].join(" ").trim(),
    position: { ...place },
  };
}

export function edgeElement(edge: EdgeShape, words: Words): ElementDefinition {
  const amount = btc(edge.sat);
  const many = edge.n > 1 ? ` × ${counted(edge.n)}` : "";
  return {
    group: "edges",
    data: {
      id: edgeId(edge), source: idOf(edge.source), target: idOf(edge.target), edge,
      shown: `${words.kinds[edge.kind] ?? edge.kind}${many}${amount ? " · " + amount : ""}`,
      width: edge.sat ? Math.min(6, 1 + Math.log10(1 + edge.sat / 1e6)) : 1.5,
    },
    classes: edge.tier,
  };
}

/** Return the nodes that can be seen (groups that a person made are none). */
export function seen(cy: Core): cytoscape.NodeCollection {
  return cy.nodes().filter((node) => !node.isParent() && isShown(node));
}

/** Whether a thing is neither hidden, folded into another nor outside of the time looked at. */
export function isShown(thing: { hasClass(name: string): boolean }): boolean {
  return !thing.hasClass("hidden") && !thing.hasClass("untimely") && !thing.hasClass("folded");
}

/** Return the lines of which both ends can be seen. */
export function seenEdges(cy: Core): EdgeSingular[] {
  return edgesIn(cy.edges()).filter((edge) => isShown(edge) && isShown(edge.source()) && isShown(edge.target()));
}

/** Return the single nodes of a collection. */
export function nodesIn(found: { toArray(): unknown[] }): NodeSingular[] {
  return found.toArray() as NodeSingular[];
}

/** Return the single edges of a collection. */
export function edgesIn(found: { toArray(): unknown[] }): EdgeSingular[] {
  return found.toArray() as EdgeSingular[];
}

export function shapeOf(node: NodeSingular): NodeShape {
  return node.data("shape") as NodeShape;
}

/** Draw less while many things move. */
export function suit(cy: Core): void {
  const many = cy.elements().length > MANY;
  const options = (cy as unknown as { renderer(): Record<string, unknown> }).renderer();
  options["hideEdgesOnViewport"] = many;
  const edges = edgesIn(cy.edges());
  const few = !many && edges.length <= FEW;
  classify(cy, edges, "quiet", () => many);
  classify(cy, edges, "worded", () => few);
  // a line between two things of one column leaves it sideways, or it would hide behind others
  classify(cy, edges, "bow", (edge) => {
    const [a, b] = [edge.source().position(), edge.target().position()];
    return !many && Math.abs(a.x - b.x) < 60;
  });
}

/** Let those things have a class that shall; cytoscape styles anew whatever is toggled, so the others are left alone. */
export function classify<T extends NodeSingular | EdgeSingular>(
  cy: Core, things: T[], name: string, wanted: (thing: T) => boolean,
): void {
  const wrong = things.filter((thing) => thing.hasClass(name) !== wanted(thing));
  if (wrong.length) cy.batch(() => wrong.forEach((thing) => thing.toggleClass(name)));
}

function classOf(shape: NodeShape): string {
  return shape.ref[0] === "CashOutPoint" ? `cash-out ${shape.status || "candidate"}` : "";
}

function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

function styles(words: Words): StylesheetJson {
  const ink = colour("ink");
  const soft = colour("soft");
  const paper = colour("paper");
  const accent = colour("accent");
  const tiers = Object.entries(words.dashes).filter(([, dashes]) => dashes.length).map(([tier, dashes]) => ({
    selector: `edge.${tier}`,
    style: { "line-style": "dashed" as const, "line-dash-pattern": dashes },
  }));
  const marks = ["red", "orange", "yellow", "green", "blue", "violet"].map((name) => ({
    selector: `node.mark-${name}`,
    style: { "underlay-color": colour(`mark-${name}`), "underlay-opacity": 0.55, "underlay-padding": 9 },
  }));
  return [
    {
      selector: "node",
      style: {
        label: "data(shown)", shape: "data(look)", "background-color": "data(fill)",
        width: 24, height: 24, color: ink, "font-size": 12,
        "text-valign": "bottom", "text-margin-y": 3, "text-wrap": "wrap", "border-width": 1.5,
        "border-color": ink, "min-zoomed-font-size": 6, "text-background-color": paper,
        "text-background-opacity": 0.75, "text-background-padding": "1px",
      },
    },
    { selector: "node.Group", style: { shape: "round-octagon", width: 44, height: 44, "background-color": soft } },
    {
      selector: ":parent",
      style: {
        label: "data(shown)", shape: "round-rectangle", "background-opacity": 0.12,
        "background-color": accent, "border-style": "dashed", "border-color": accent,
        "text-valign": "top", padding: "14px",
      },
    },
    { selector: "node.cash-out", style: { "border-style": "dashed", "border-width": 3 } },
    { selector: "node.confirmed", style: { "border-style": "double", "border-width": 5 } },
    { selector: "node.rejected", style: { "background-opacity": 0.2, "border-style": "dotted" } },
    { selector: "node:locked", style: { "outline-width": 3, "outline-color": soft, "outline-style": "dotted", "outline-offset": 4 } },
    {
      selector: "edge",
      style: {
        "curve-style": "bezier", "control-point-step-size": 42, "target-arrow-shape": "triangle", width: "data(width)",
        "line-color": soft, "target-arrow-color": soft, "arrow-scale": 0.9,
      },
    },
    {
      selector: "edge.worded, edge.pointed, edge:selected",
      style: {
        label: "data(shown)", "font-size": 10, color: soft, "text-rotation": "autorotate", "min-zoomed-font-size": 8,
        "text-background-color": paper, "text-background-opacity": 0.8,
      },
    },
    ...tiers,
    ...marks,
    { selector: "edge.bow", style: { "curve-style": "unbundled-bezier", "control-point-distances": [70], "control-point-weights": [0.5] } },
    { selector: "edge.quiet", style: { "curve-style": "straight" } },
    { selector: "edge.pointed", style: { width: 4 } },
    { selector: "edge:selected", style: { "line-color": accent, "target-arrow-color": accent, width: 4 } },
    { selector: "node:selected", style: { "border-color": accent, "border-width": 5, "font-weight": "bold" } },
    { selector: ".hidden, .untimely, .folded", style: { display: "none" } },
  ] as unknown as StylesheetJson;
}
