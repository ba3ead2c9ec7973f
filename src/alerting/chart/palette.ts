/** Colours of the chart. The suspect differs from the others in lightness too, for those who do not see red. */

export type ChartTheme = "light" | "dark";

export interface Palette {
  readonly ground: string;
  readonly text: string;
  readonly muted: string;
  readonly line: string;
  readonly band: string;
  readonly expected: string;
  readonly suspect: string;
  /** Versions besides the suspect, in turn. */
  readonly others: readonly [string, string, string];
  readonly onset: string;
  readonly change: string;
}

export const PALETTES: Readonly<Record<ChartTheme, Palette>> = {
  light: {
    ground: "#ffffff",
    text: "#171c28",
    muted: "#59627a",
    line: "#dde1ea",
    band: "#d9eee2",
    expected: "#1b6e3c",
    suspect: "#d9480f",
    others: ["#8793b0", "#6d8fb8", "#b0b6c8"],
    onset: "#b3261e",
    change: "#2447b5",
  },
  dark: {
    ground: "#181c25",
    text: "#e7eaf2",
    muted: "#9aa4bb",
    line: "#2a3040",
    band: "#20382c",
    expected: "#6fd394",
    suspect: "#ff8a5c",
    others: ["#66728f", "#4f7097", "#7b83a6"],
    onset: "#ff8a80",
    change: "#8fa8ff",
  },
};
