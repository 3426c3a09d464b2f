import { Button, Group, Stack, Text } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { useTranslation } from "react-i18next";
import type { ItemImage } from "../../api/answers";
import { Key } from "../../ui/Key";
import { useKey } from "../../ui/useKey";
import styles from "./picture.module.css";

/** Whether a sensitive picture is shown. Each item starts blurred; V shows it and blurs it again. */
export function useReveal(image: ItemImage) {
  const [shown, setShown] = useState(!image.sensitive);
  const turn = () => setShown((before) => !before);
  useKey("v", turn, { enabled: image.sensitive });
  return { shown, turn };
}

interface PictureProps {
  image: ItemImage;
  shown: boolean;
  onTurn: () => void;
  children?: ReactNode;
}

/** A picture as wide as its frame; blurred and covered by a word of warning until it is shown. */
export function Picture({ image, shown, onTurn, children }: PictureProps) {
  const { t } = useTranslation();
  const [broken, setBroken] = useState(false);
  const [tries, setTries] = useState(0);
  if (broken) {
    const again = () => {
      setBroken(false);
      setTries((before) => before + 1);
    };
    return (
      <Stack gap="xs" p="md" role="alert" className={styles.broken}>
        <Text size="sm">{t("kinds.boxes.broken", { alt: image.alt })}</Text>
        <Group><Button size="compact-sm" variant="default" onClick={again}>{t("error.retry")}</Button></Group>
      </Stack>
    );
  }
  return (
    <div className={styles.picture} data-hidden={!shown || undefined} style={{ aspectRatio: `${image.width} / ${image.height}` }}>
      <img key={tries} src={image.url} alt={image.alt} width={image.width} height={image.height} draggable={false} onError={() => setBroken(true)} />
      {shown ? children : (
        <div className={styles.cover}>
          <div className={styles.warning}>
            <Text size="sm">{t("kinds.boxes.sensitive")}</Text>
            <Button size="compact-sm" variant="default" onClick={onTurn} rightSection={<Key>V</Key>}>{t("kinds.boxes.reveal")}</Button>
          </div>
        </div>
      )}
    </div>
  );
}

/** The picture of an item whose answer is not on the picture itself. */
export default function ItemPicture({ image }: { image: ItemImage }) {
  const { t } = useTranslation();
  const { shown, turn } = useReveal(image);
  return (
    <div className={styles.frame} style={{ maxWidth: `min(100%, calc(65vh * ${image.width / image.height}))` }}>
      <Picture image={image} shown={shown} onTurn={turn} />
      {image.sensitive && shown && <Button mt={6} size="compact-sm" variant="default" onClick={turn} rightSection={<Key>V</Key>}>{t("kinds.boxes.blur")}</Button>}
    </div>
  );
}
