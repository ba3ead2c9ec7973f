/** Versions of a workload as announced: the fall-back where no pods are known. */
import type { Change } from "../domain/change.ts";
import { announcedFrames, type Frame } from "./announced-frames.ts";
import { Curve } from "./curve.ts";
import { type Interval, unionOf } from "./intervals.ts";
import { UNKNOWN_SLOT } from "./pod-levels.ts";
import type { Version } from "./version.ts";

/** `changes`: everything announced for one workload, digests canonical, ascending in time. */
export function announcedVersions(changes: readonly Change[]): readonly Version[] {
  const moving = changes.filter((change) => change.kind === "rollout" || change.kind === "rollback" || change.kind === "scale");
  if (moving.length === 0) return [];
  const digestOfImage = new Map<string, string>();
  const imageOf = new Map<string, string>();
  const containerOf = new Map<string, string>();
  for (const { digest, image, previousDigest, previousImage, container } of moving) {
    if (digest !== undefined && image !== undefined) digestOfImage.set(image, digest);
    if (digest !== undefined && image !== undefined) imageOf.set(digest, image);
    if (previousDigest !== undefined && previousImage !== undefined) imageOf.set(previousDigest, previousImage);
    if (digest !== undefined && container !== undefined) containerOf.set(digest, container);
  }
  const slotOf = (change: Change): string =>
    change.digest ??
    (change.image === undefined ? `change:${change.id}` : (digestOfImage.get(change.image) ?? `tag:${change.image}`));
  const frames = announcedFrames(moving, slotOf);
  const slots = new Set(frames.flatMap((frame) => [...frame.levels.keys()]));
  return [...slots].map((slot) => {
    const digest = slot.startsWith("sha256:") ? slot : undefined;
    const image = slot.startsWith("tag:") ? slot.slice("tag:".length) : imageOf.get(slot);
    return {
      key: slot,
      templateHash: undefined,
      containers: slot === UNKNOWN_SLOT ? [] : [{ name: containerOf.get(slot) ?? "", role: "app", image, digest }],
      curve: curveOf(frames, slot),
      openings: openingsOf(frames, slot),
      spans: [],
      archived: 0,
    };
  });
}

function curveOf(frames: readonly Frame[], slot: string): Curve {
  const level = (frame: Frame | undefined): number => frame?.levels.get(slot) ?? 0;
  const pieces = frames.map((frame, index) => ({
    at: frame.at,
    value: level(frame),
    until: level(frames[index + 1] ?? frame),
  }));
  return new Curve(pieces, level(frames[0]));
}

function openingsOf(frames: readonly Frame[], slot: string): readonly Interval[] {
  const open: Interval[] = [];
  const level = (index: number): number => frames[index]?.levels.get(slot) ?? 0;
  if (level(0) > 0) open.push({ from: Number.NEGATIVE_INFINITY, to: frames[0]?.at ?? 0 });
  for (const [index, frame] of frames.entries()) {
    if (level(index) <= 0 && level(index + 1) <= 0) continue;
    open.push({ from: frame.at, to: frames[index + 1]?.at ?? Number.POSITIVE_INFINITY });
  }
  return unionOf(open, 0);
}
