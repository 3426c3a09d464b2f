import { useElementSize } from "@mantine/hooks";
import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { ItemImage } from "../../../api/answers";
import type { Place } from "./boxGeometry";
import { onPinch } from "./pinch";

const STEP = 1.5;
const MOST = 12;
/** Part of the window's height that a whole picture may take. */
const HEIGHT_SHARE = 0.66;

/** How large the picture is shown: whole at first, then in steps by key, button or wheel with Ctrl, or by two fingers. */
export function useZoom(viewport: RefObject<HTMLDivElement | null>, image: ItemImage) {
  const { ref, width: room } = useElementSize();
  const [zoom, setZoom] = useState(1);
  const latest = useRef(zoom);
  latest.current = zoom;
  /** The point of the picture, as shares of it, that stays under the fingers. */
  const anchor = useRef<{ share: { x: number; y: number }; at: { x: number; y: number } } | null>(null);
  useEffect(() => ref(viewport.current), [ref, viewport]);
  const fit = Math.min((room || image.width) / image.width, (window.innerHeight * HEIGHT_SHARE) / image.height, 2);
  const zoomBy = (by: 1 | -1) => setZoom((before) => Math.min(MOST, Math.max(1, by === 1 ? before * STEP : before / STEP)));
  useEffect(() => {
    const element = viewport.current;
    // React's own wheel listener is passive, and the browser would zoom the page.
    const onWheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoomBy(event.deltaY < 0 ? 1 : -1);
    };
    element?.addEventListener("wheel", onWheel, { passive: false });
    return () => element?.removeEventListener("wheel", onWheel);
  }, [viewport]);
  useEffect(() => {
    const element = viewport.current;
    let before = 1;
    return element
      ? onPinch(element, {
          start: () => (before = latest.current),
          move: (by, share, at) => {
            anchor.current = { share, at };
            setZoom(Math.min(MOST, Math.max(1, before * by)));
          },
        })
      : undefined;
  }, [viewport]);
  const width = Math.max(1, Math.round(image.width * fit * zoom));
  useLayoutEffect(() => {
    const element = viewport.current;
    if (!element || !anchor.current) return;
    const { share, at } = anchor.current;
    element.scrollLeft = share.x * element.scrollWidth - at.x;
    element.scrollTop = share.y * element.scrollHeight - at.y;
    anchor.current = null;
  }, [viewport, width]);
  /** The part of the picture that is in view, in its own pixels. */
  const seen = (): Place => {
    const element = viewport.current;
    const scale = image.width / width;
    if (!element || element.clientWidth === 0) return { x: 0, y: 0, width: image.width, height: image.height };
    return {
      x: element.scrollLeft * scale,
      y: element.scrollTop * scale,
      width: Math.min(image.width, element.clientWidth * scale),
      height: Math.min(image.height, element.clientHeight * scale),
    };
  };
  return { zoom, width, zoomBy, whole: () => setZoom(1), seen };
}
