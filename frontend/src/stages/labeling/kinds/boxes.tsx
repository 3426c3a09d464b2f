import { Button, Text } from "@mantine/core";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ItemImage } from "../../../api/answers";
import { Key } from "../../../ui/Key";
import { useDigits, useKey, useSigns } from "../../../ui/useKey";
import { Picture, useReveal } from "../Picture";
import styles from "../picture.module.css";
import { between, resized } from "./boxGeometry";
import { BoxPanel } from "./BoxPanel";
import { ImageMarks, type Tool } from "./ImageMarks";
import type { Kind, ScreenProps } from "./kind";
import { boxesOf, useBoxes } from "./useBoxes";
import { useZoom } from "./useZoom";

const ARROWS: Record<string, [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
const EVERY_ARROW = ["", "shift+", "alt+", "shift+alt+"].flatMap((with_) => Object.keys(ARROWS).map((arrow) => with_ + arrow.toLowerCase())).join(",");
const PAN_PIXELS = 60;

function Stage({ image, ...props }: ScreenProps & { image: ItemImage }) {
  const { t } = useTranslation();
  const viewport = useRef<HTMLDivElement>(null);
  const [tool, setTool] = useState<Tool>("draw");
  const { shown, turn } = useReveal(image);
  const { zoom, width, zoomBy, whole, seen } = useZoom(viewport, image);
  const boxes = useBoxes(props, image);
  const addInView = () => {
    const view = seen();
    const aside = 0.375 + 0.04 * (boxes.boxes.length % 6);
    const from = { x: view.x + view.width * aside, y: view.y + view.height * aside };
    boxes.add(resized(between(from, { x: from.x + view.width / 4, y: from.y + view.height / 4 }, image), 0, 0, image));
  };
  useDigits((digit) => {
    const option = boxes.options[Number(digit) - 1];
    if (digit === "0") boxes.sayNothing();
    else if (option) boxes.label(option.id);
  }, { enabled: shown });
  useKey("n", addInView, { enabled: shown });
  useKey("j", () => boxes.markBeside(1), { enabled: shown });
  useKey("k", () => boxes.markBeside(-1), { enabled: shown });
  useKey("escape", () => boxes.mark(null));
  useKey("delete, backspace", () => boxes.remove(boxes.current), { enabled: shown });
  useKey("p", () => setTool((before) => (before === "draw" ? "pan" : "draw")));
  useSigns({ "+": () => zoomBy(1), "=": () => zoomBy(1), "-": () => zoomBy(-1), "_": () => zoomBy(-1) });
  useKey("o", whole);
  useKey(EVERY_ARROW, (event) => {
    const [x, y] = ARROWS[event.key]!;
    const step = event.altKey ? 1 : Math.max(1, Math.round(seen().width / 100));
    if (boxes.current === null) viewport.current?.scrollBy?.({ left: x * PAN_PIXELS, top: y * PAN_PIXELS });
    else if (event.shiftKey) boxes.resize(x * step, y * step);
    else boxes.shift(x * step, y * step);
  }, { enabled: shown && (boxes.current !== null || zoom > 1) });
  return (
    <div className={styles.stage}>
      <div>
        <div className={styles.tools} role="group" aria-label={t("kinds.boxes.image")}>
          <Button size="compact-sm" variant="default" disabled={!shown} onClick={addInView} rightSection={<Key>N</Key>}>{t("kinds.boxes.add")}</Button>
          <Button size="compact-sm" variant="default" onClick={() => zoomBy(-1)} aria-label={t("kinds.boxes.zoomOut")} disabled={zoom <= 1}>{"\u2212"}</Button>
          <Text span size="sm" className="lw-number" aria-live="polite">{t("kinds.boxes.zoom", { percent: Math.round((100 * width) / image.width) })}</Text>
          <Button size="compact-sm" variant="default" onClick={() => zoomBy(1)} aria-label={t("kinds.boxes.zoomIn")}>+</Button>
          <Button size="compact-sm" variant="default" onClick={whole} disabled={zoom <= 1} rightSection={<Key>O</Key>}>{t("kinds.boxes.whole")}</Button>
          <Button size="compact-sm" variant={tool === "pan" ? "light" : "default"} aria-pressed={tool === "pan"} onClick={() => setTool(tool === "draw" ? "pan" : "draw")} rightSection={<Key>P</Key>}>{t("kinds.boxes.pan")}</Button>
          {image.sensitive && shown && <Button size="compact-sm" variant="default" onClick={turn} rightSection={<Key>V</Key>}>{t("kinds.boxes.blur")}</Button>}
        </div>
        <div ref={viewport} className={styles.viewport} tabIndex={0} role="group" aria-label={image.alt || t("kinds.boxes.image")}>
          <div className={styles.zoomed} style={{ width }}>
            <Picture image={image} shown={shown} onTurn={turn}>
              <ImageMarks
                image={image}
                boxes={boxes.boxes}
                nameOf={(id) => boxes.options.find((option) => option.id === id)?.name ?? id}
                current={boxes.current}
                tool={tool}
                onCurrent={boxes.mark}
                onDraw={boxes.add}
                onPlace={boxes.place}
              />
            </Picture>
          </div>
        </div>
      </div>
      <BoxPanel boxes={boxes} shown={shown} />
    </div>
  );
}

function Body(props: ScreenProps) {
  const { t } = useTranslation();
  const image = props.assignment.image;
  return image ? <Stage {...props} image={image} /> : <Text role="alert">{t("kinds.boxes.noImage")}</Text>;
}

export const boxes: Kind = {
  Body,
  drawsPicture: true,
  keys: (assignment, t) => [
    { keys: ["N"], what: t("kinds.keys.newBox") },
    { keys: ["J", "K"], what: t("kinds.keys.pickBox") },
    { keys: ["\u2190", "\u2191", "\u2192", "\u2193"], what: t("kinds.keys.moveBox") },
    { keys: ["Shift", "\u2192", "\u2193"], what: t("kinds.keys.sizeBox") },
    { keys: ["1\u20139"], what: t("kinds.keys.labelBox") },
    { keys: ["Delete"], what: t("kinds.keys.dropBox") },
    { keys: ["0"], what: t("kinds.keys.nothing") },
    { keys: ["-", "+", "O"], what: t("kinds.keys.zoom") },
    { keys: ["P"], what: t("kinds.keys.pan") },
    ...(assignment.image?.sensitive ? [{ keys: ["V"], what: t("kinds.keys.blur") }] : []),
  ],
  missing: (_, answer, t) => {
    const drawn = boxesOf(answer);
    if (drawn === null) return t("kinds.missing.boxes");
    const open = drawn.findIndex((box) => box.label === "");
    return open === -1 ? null : t("kinds.missing.boxLabel", { number: open + 1 });
  },
  answerOf: (_, answer) => ({ boxes: [...(boxesOf(answer) ?? [])] }),
};
