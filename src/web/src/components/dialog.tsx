import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { t } from "../text";
import { Icon } from "./icon";

// Over the page; focus stays inside, Escape closes, then it returns to what opened it (the browser's <dialog>).
export function Dialog({ title, open, onClose, children }: { title: string; open: boolean; onClose: () => void; children: ComponentChildren }) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  return (
    <dialog class="dads-dialog" ref={element} aria-labelledby={id} onClose={onClose}>
      {open && (
        <div class="dads-dialog__box">
          <header>
            <h2 id={id}>{title}</h2>
            <button type="button" class="dads-icon-button" aria-label={t("dialog.close")} onClick={onClose}>
              <Icon name="cross" />
            </button>
          </header>
          {children}
        </div>
      )}
    </dialog>
  );
}
