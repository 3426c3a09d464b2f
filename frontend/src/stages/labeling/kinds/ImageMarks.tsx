import { type PointerEvent, useRef, useState } from "react";
import type { Box, ItemImage } from "../../../api/answers";
import styles from "../picture.module.css";
import { between, type Handle, handleAt, HANDLES, type Place, type Point, pulled, shifted, SMALLEST } from "./boxGeometry";

export type Tool = "draw" | "pan";

interface ImageMarksProps {
  image: ItemImage;
  boxes: readonly Box[];
  nameOf: (label: string) => string;
  current: number | null;
  tool: Tool;
  onCurrent: (index: number | null) => void;
  onDraw: (place: Place) => void;
  onPlace: (index: number, place: Place) => void;
}

type Drag = { kind: "draw"; from: Point } | { kind: "move"; index: number; from: Point; box: Box } | { kind: "pull"; index: number; handle: Handle; box: Box };

const CURSORS: Record<Handle, string> = { nw: "nwse-resize", se: "nwse-resize", ne: "nesw-resize", sw: "nesw-resize", n: "ns-resize", s: "ns-resize", e: "ew-resize", w: "ew-resize" };

/** The boxes over the picture, for a mouse, a pen or a finger. Keys and the list beside it do the same, so it has no tab stops. */
export function ImageMarks({ image, boxes, nameOf, current, tool, onCurrent, onDraw, onPlace }: ImageMarksProps) {
  const svg = useRef<SVGSVGElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const [shape, setShape] = useState<Place | null>(null);
  const shown = boxes.map((box, index) => (drag && drag.kind !== "draw" && drag.index === index && shape ? { ...box, ...shape } : box));
  const pixel = () => image.width / (svg.current?.getBoundingClientRect().width || image.width);
  const pointOf = (event: PointerEvent): Point => {
    const frame = svg.current!.getBoundingClientRect();
    return { x: ((event.clientX - frame.left) / frame.width) * image.width, y: ((event.clientY - frame.top) / frame.height) * image.height };
  };
  const cancel = () => {
    setDrag(null);
    setShape(null);
  };
  const down = (event: PointerEvent<SVGSVGElement>) => {
    // A second finger zooms: what the first one began to draw was none.
    if (event.pointerType === "touch" && !event.isPrimary) return cancel();
    if (event.button !== 0 || tool === "pan") return;
    const { handle, box } = (event.target as SVGElement).dataset;
    const index = box === undefined ? current : Number(box);
    const from = pointOf(event);
    event.currentTarget.setPointerCapture?.(event.pointerId);
    setShape(null);
    if (handle && index !== null) return setDrag({ kind: "pull", index, handle: handle as Handle, box: boxes[index]! });
    if (box !== undefined && index !== null) {
      onCurrent(index);
      return setDrag({ kind: "move", index, from, box: boxes[index]! });
    }
    setDrag({ kind: "draw", from });
  };
  const move = (event: PointerEvent) => {
    if (!drag) return;
    const to = pointOf(event);
    if (drag.kind === "draw") setShape(between(drag.from, to, image));
    else if (drag.kind === "move") setShape(shifted(drag.box, to.x - drag.from.x, to.y - drag.from.y, image));
    else setShape(pulled(drag.box, drag.handle, to, image));
  };
  const up = () => {
    if (drag?.kind === "draw") {
      if (shape && shape.width >= SMALLEST && shape.height >= SMALLEST) onDraw(shape);
      else onCurrent(null);
    } else if (drag && shape) {
      onPlace(drag.index, { x: shape.x, y: shape.y, width: shape.width, height: shape.height });
    }
    setDrag(null);
    setShape(null);
  };
  const size = 10 * pixel();
  const marked = current === null ? undefined : shown[current];
  return (
    <>
      <svg ref={svg} aria-hidden className={styles.marks} data-tool={tool} viewBox={`0 0 ${image.width} ${image.height}`} preserveAspectRatio="none" onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={cancel}>
        {shown.map((box, index) => (
          <g key={index}>
            <rect className={styles.halo} x={box.x} y={box.y} width={box.width} height={box.height} pointerEvents="none" />
            <rect className={styles.box} data-box={index} data-current={index === current || undefined} data-open={box.label === "" || undefined} x={box.x} y={box.y} width={box.width} height={box.height} />
          </g>
        ))}
        {drag?.kind === "draw" && shape && <rect className={styles.box} data-current x={shape.x} y={shape.y} width={shape.width} height={shape.height} />}
        {marked && HANDLES.map((handle) => {
          const at = handleAt(marked, handle);
          return <rect key={handle} className={styles.handle} data-handle={handle} x={at.x - size / 2} y={at.y - size / 2} width={size} height={size} style={{ cursor: CURSORS[handle] }} />;
        })}
      </svg>
      {shown.map((box, index) => (
        <span key={index} aria-hidden className={styles.tag} style={{ left: `${(100 * box.x) / image.width}%`, top: `${(100 * box.y) / image.height}%` }}>{`${index + 1} ${box.label && nameOf(box.label)}`}</span>
      ))}
    </>
  );
}
