import type { ComponentChildren } from "preact";
import { useSignal } from "@preact/signals";
import { t } from "../text";
import { Icon } from "./icon";

// `later`: what is inside is made when it is opened first, as where it is read from the daemon.
export function Disclosure({ summary, children, open, later }: { summary: ComponentChildren; children: ComponentChildren; open?: boolean; later?: boolean }) {
  const opened = useSignal(!later || !!open);
  return (
    <details class="dads-disclosure" open={open} onToggle={(event) => event.currentTarget.open && (opened.value = true)}>
      <summary>
        <Icon name="down" />
        <span>{summary}</span>
      </summary>
      <div class="dads-disclosure__content">{opened.value && children}</div>
    </details>
  );
}

// The same by a terminal: the curl line of what is pressed here.
export function CurlLine({ line }: { line: string }) {
  return <CopiedLine summary={t("curl.summary")} line={line} />;
}

// The same by a terminal where no curl line can say it: what is sealed or opened on one's own machine.
export function NoroshiLine({ line }: { line: string }) {
  return <CopiedLine summary={t("curl.noroshi")} line={line} />;
}

function CopiedLine({ summary, line }: { summary: string; line: string }) {
  const copied = useSignal(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(line);
      copied.value = true;
      setTimeout(() => (copied.value = false), 3000);
    } catch {
      // Not permitted: the line can be marked by hand.
    }
  };
  return (
    <details class="dads-curl">
      <summary>{summary}</summary>
      <div>
        <pre tabIndex={0}>
          <code>{line}</code>
        </pre>
        <button type="button" class="dads-button" data-kind="text" data-size="small" onClick={copy}>
          <Icon name="copy" />
          <span aria-live="polite">{copied.value ? t("curl.copied") : t("curl.copy")}</span>
        </button>
      </div>
    </details>
  );
}
