import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkType,
  RowBuilder,
  type AnnotationQuery,
  type Dashboard,
  type DashboardLink,
  type Panel,
  type VariableModel,
} from "@grafana/grafana-foundation-sdk/dashboard";
import type { Link } from "./tables.ts";
import { apiVariable, pagesVariable, prometheusVariable } from "./variables.ts";

/** A heading and what stands below it. */
export type Section = {
  readonly id: number;
  readonly title: string;
  readonly panels: readonly Builder<Panel>[];
};

/** What a dashboard is made of. Panels fill the lines from left to right. */
export type Frame = {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly variables: readonly Builder<VariableModel>[];
  /** To nines' pages, beside the links to the other dashboards. */
  readonly links: readonly Link[];
  readonly annotations: readonly Builder<AnnotationQuery>[];
  /** Of the time range at first. */
  readonly from: string;
  readonly top: readonly Builder<Panel>[];
  readonly sections: readonly Section[];
};

export function buildDashboard(frame: Frame): Dashboard {
  const board = new DashboardBuilder(frame.title)
    .uid(frame.uid)
    .description(frame.description)
    .tags(["nines"])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: frame.from, to: "now" })
    .refresh("1m")
    .variables([prometheusVariable(), apiVariable(), pagesVariable(), ...frame.variables])
    .annotations([...frame.annotations])
    .links([otherDashboards(), ...frame.links.map(pageLink)]);
  for (const panel of frame.top) board.withPanel(panel);
  for (const { id, title, panels } of frame.sections) {
    board.withRow(new RowBuilder(title).id(id));
    for (const panel of panels) board.withPanel(panel);
  }
  return board.build();
}

/** The others, with the same choice and the same time. */
function otherDashboards(): Builder<DashboardLink> {
  return link({
    title: "nines",
    type: DashboardLinkType.Dashboards,
    icon: "",
    tooltip: "The other dashboards, with the same choice and the same time",
    tags: ["nines"],
    asDropdown: true,
    includeVars: true,
    keepTime: true,
    targetBlank: false,
  });
}

function pageLink({ title, url }: Link): Builder<DashboardLink> {
  return link({
    title,
    type: DashboardLinkType.Link,
    icon: "external link",
    tooltip: "",
    url,
    tags: [],
    asDropdown: false,
    includeVars: false,
    keepTime: false,
    targetBlank: true,
  });
}

/** Not by the kit's builder: that one moves every link into a menu. */
function link(model: DashboardLink): Builder<DashboardLink> {
  return { build: () => model };
}
