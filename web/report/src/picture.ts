// Pictures of features that are pixels: one small square for each.
import { element } from "./dom";

/** Greys from white (0) to black (`largest`); pixels without a value stay white. */
export function picture(values: (number | null)[], width: number, largest: number, label: string): HTMLElement {
  const height = values.length / width;
  const canvas = element("canvas", { width, height, class: "picture", role: "img", "aria-label": label });
  const context = canvas.getContext("2d");
  if (!context) return canvas;
  const image = context.createImageData(width, height);
  values.forEach((value, i) => {
    const share = Math.min(1, Math.max(0, (value ?? 0) / (largest || 1)));
    const grey = Math.round(255 * (1 - share));
    image.data.set([grey, grey, grey, 255], 4 * i);
  });
  context.putImageData(image, 0, 0);
  return canvas;
}
