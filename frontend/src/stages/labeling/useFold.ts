import { type RefObject, useEffect, useLayoutEffect, useState } from "react";
import { useWatching } from "./watch";

const SMALLEST = 200;
/** Room that header, question and answers' heads take beside the texts. */
const BESIDE = 430;
/** A text that is only a little longer than its fold is not folded. */
const SLACK = 48;

/** How tall a folded text is, the same for every side: what leaves question and keys in view. */
const foldHeight = (narrow: boolean) => Math.max(SMALLEST, narrow ? window.innerHeight * 0.4 : Math.min(640, window.innerHeight - BESIDE));

/** The height at which all texts in `boxes` are folded, or null when none needs it. They fold together: no side looks shorter than it is. */
export function useFold(root: RefObject<HTMLElement | null>, key: unknown): number | null {
  const [fold, setFold] = useState<number | null>(null);
  useLayoutEffect(() => {
    const around = root.current;
    if (!around) return;
    const measure = () => {
      const height = foldHeight(window.innerWidth < 768);
      const tallest = Math.max(0, ...[...around.querySelectorAll("[data-text]")].map((one) => one.scrollHeight));
      setFold(tallest > height + SLACK ? height : null);
    };
    measure();
    const sizes = new ResizeObserver(measure);
    around.querySelectorAll("[data-text]").forEach((one) => sizes.observe(one));
    window.addEventListener("resize", measure);
    return () => {
      sizes.disconnect();
      window.removeEventListener("resize", measure);
    };
  }, [root, key]);
  return fold;
}

/** Scrolls the other sides to the same share of their text. */
export function useInStep(root: RefObject<HTMLElement | null>, on: boolean): void {
  useEffect(() => {
    const around = root.current;
    if (!on || !around) return;
    const driven = new Set<Element>();
    const follow = (event: Event) => {
      const from = event.target as HTMLElement;
      if (driven.delete(from)) return;
      const room = from.scrollHeight - from.clientHeight;
      if (room <= 0) return;
      around.querySelectorAll("[data-pane]").forEach((other) => {
        if (other === from) return;
        const before = other.scrollTop;
        other.scrollTop = (from.scrollTop / room) * (other.scrollHeight - other.clientHeight);
        if (other.scrollTop !== before) driven.add(other);
      });
    };
    around.addEventListener("scroll", follow, { capture: true, passive: true });
    return () => around.removeEventListener("scroll", follow, { capture: true });
  }, [root, on]);
}

/** Tells the item's watch which part of each side is on the screen, between the header and the bar. */
export function useSeen(root: RefObject<HTMLElement | null>, key: unknown): void {
  const watch = useWatching();
  useEffect(() => {
    const around = root.current;
    if (!around || !watch) return;
    let frame = 0;
    const look = () => {
      frame = 0;
      const top = document.querySelector("header")?.getBoundingClientRect().bottom ?? 0;
      const bottom = document.querySelector("[data-bar]")?.getBoundingClientRect().top ?? window.innerHeight;
      around.querySelectorAll<HTMLElement>("[data-pane]").forEach((box) => {
        const at = box.getBoundingClientRect();
        const [from, to] = [Math.max(at.top, top), Math.min(at.bottom, bottom)];
        if (to <= from || box.scrollHeight === 0) return;
        const share = (edge: number) => Math.min(1, Math.max(0, (edge - at.top + box.scrollTop) / box.scrollHeight));
        watch.see(box.dataset.pane ?? "", share(from), share(to));
      });
    };
    const soon = () => (frame ||= requestAnimationFrame(look));
    soon();
    document.addEventListener("scroll", soon, { capture: true, passive: true });
    window.addEventListener("resize", soon);
    return () => {
      cancelAnimationFrame(frame);
      document.removeEventListener("scroll", soon, { capture: true });
      window.removeEventListener("resize", soon);
    };
  }, [root, watch, key]);
}
