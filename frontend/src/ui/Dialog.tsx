import { Group, Modal } from "@mantine/core";
import { type ReactNode, useLayoutEffect } from "react";
import { useTranslation } from "react-i18next";

interface DialogProps {
  title: string;
  onClose: () => void;
  size?: string;
  children: ReactNode;
}

/** No animation: a dialog that fades out still holds the focus, and swallows the keys of who goes on at once. */
export const AT_ONCE = { duration: 0 } as const;

/** Focus goes back to where it was, unless that is gone or something else took it. */
function useFocusBack(): void {
  useLayoutEffect(() => {
    const before = document.activeElement;
    return () => {
      const lost = document.activeElement === null || document.activeElement === document.body || document.activeElement.closest("[role=dialog]") !== null;
      if (lost && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
}

/** A dialog that is in the page only while it is open. Its head is no `header`: the page has one banner. */
export function Dialog({ title, onClose, size = "md", children }: DialogProps) {
  const { t } = useTranslation();
  useFocusBack();
  return (
    <Modal.Root opened onClose={onClose} size={size} transitionProps={AT_ONCE}>
      <Modal.Overlay />
      <Modal.Content>
        <Group justify="space-between" px="md" pt="md" pb="xs">
          <Modal.Title fw={600}>{title}</Modal.Title>
          <Modal.CloseButton aria-label={t("close")} />
        </Group>
        <Modal.Body>{children}</Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
