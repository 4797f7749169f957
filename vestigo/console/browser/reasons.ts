// SPDX-License-Identifier: AGPL-3.0-or-later
// "Why?" of what joins two things: rule, version, tier, confidence, sources down to the bytes.
import type { EdgeSingular } from "cytoscape";
import { Refused, ask, say } from "./asking";
import type { EdgeShape } from "./asking";
import { shapeOf } from "./canvas";
import { moment, percent } from "./figures";
import { button, byId, made, quoted, tell } from "./page";

interface Reason {
  kind: string;
  words: string;
  rule: string;
  version: string;
  tier: string;
  tier_words: string;
  confidence: string;
  basis: string;
  at: number | null;
  record: string;
  known: boolean;
  fields: Record<string, string>;
  sources: { label: string; key: string; url: string }[];
}

interface Answer {
  reasons: Reason[];
  more: boolean;
  backwards: string[];
}

export async function showReasons(edge: EdgeSingular, labels: Record<string, string>, skip = 0): Promise<void> {
  const data = edge.data("edge") as EdgeShape;
  let answer: Answer;
  try {
    answer = await ask<Answer>("/graph/why", { source: data.source, target: data.target, skip });
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    tell(error.message, true);
    return;
  }
  const [source, target] = [shapeOf(edge.source()).name, shapeOf(edge.target()).name];
  const title = made("h3", "", {}, [quoted(source), document.createTextNode(" → "), quoted(target)]);
  const ours = answer.reasons.filter((one) => one.kind === data.kind && one.tier === data.tier);
  const others = answer.reasons.filter((one) => !ours.includes(one));
  const panel = byId("reasons");
  panel.replaceChildren(title, ...ours.map((one) => piece(one, labels)));
  if (others.length || answer.backwards.length) {
    panel.append(made("h3", say("alternatives")));
    panel.append(...others.map((one) => piece(one, labels)));
    panel.append(made("ul", "", {}, answer.backwards.map((text) => made("li", `← ${text}`))));
  } else {
    panel.append(made("p", say("no-alternatives"), { class: "quiet" }));
  }
  if (answer.more) {
    panel.append(button(say("more-reasons"), () => void showReasons(edge, labels, skip + answer.reasons.length)));
  }
  panel.scrollTop = 0;
  panel.focus();
}

function piece(one: Reason, labels: Record<string, string>): HTMLElement {
  const rows: [string, Node][] = [
    [say("rule"), made("span", one.rule, { class: "mono" })],
    [say("version"), made("span", one.version, { class: "mono" })],
    [say("tier"), made("span", one.tier_words, { class: `graph-tier t-${one.tier}` })],
    [say("confidence"), made("span", `${percent(one.confidence) || "–"} · ${one.basis}`)],
  ];
  if (one.at !== null) rows.push([say("time"), made("span", `${moment(one.at)} UTC`)]);
  for (const [name, value] of Object.entries(one.fields)) rows.push([name, quoted(value)]);
  const record = one.known
    ? made("a", one.record.slice(0, 16) + "…", { href: `/why/${one.record}`, class: "mono" })
    : made("span", one.record.slice(0, 16) + "…", { class: "mono" });
  rows.push([say("record"), record]);
  const list = made("dl", "", { class: "facts" });
  for (const [name, value] of rows) list.append(made("dt", name), made("dd", "", {}, [value]));
  const sources = one.sources.map((source) =>
    made("li", `${labels[source.label] ?? source.label}: `, {}, [
      source.url
        ? made("a", source.key.slice(0, 40), { href: source.url, class: "mono" })
        : made("span", source.key.slice(0, 40), { class: "mono" }),
    ]),
  );
  const parts: Node[] = [made("h4", one.words), list];
  if (sources.length) parts.push(made("p", say("sources")), made("ul", "", {}, sources));
  return made("section", "", { class: "reason" }, parts);
}
