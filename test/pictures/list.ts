/** A picture of a page of the sandbox, as `docs/pictures` has it. */
export type Picture = {
  readonly file: string;
  readonly path: string;
  readonly lang: "en" | "zh";
  readonly look: "light" | "dark";
  readonly width: number;
  readonly height: number;
};

/** A month in which something was missed, and whose it was. */
const MONTH = "2022-12";
const ACCOUNT = "globex";
const report = `/reports/${MONTH}?account=${ACCOUNT}`;

export const PAGES: readonly Picture[] = [
  { file: "overview.webp", path: "/", lang: "en", look: "light", width: 1280, height: 1400 },
  {
    file: "target.webp",
    path: `/targets/ecs-hongkong-c1?month=${MONTH}`,
    lang: "en",
    look: "light",
    width: 1280,
    height: 1240,
  },
  { file: "report.webp", path: report, lang: "en", look: "light", width: 1280, height: 1000 },
  { file: "phone.webp", path: report, lang: "zh", look: "dark", width: 390, height: 844 },
];

/** The first page of a report as PDF. */
export const PDF = {
  file: "report-pdf.png",
  path: `/api/v1/reports/${MONTH}?account=${ACCOUNT}&format=pdf&lang=en`,
} as const;

/** Everything in `docs/pictures`. */
export const FILES: readonly string[] = [...PAGES.map(({ file }) => file), PDF.file];
