import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "./icon";

export type Tone = "info" | "success" | "warning" | "error";
const icons: Record<Tone, IconName> = { info: "info", success: "check", warning: "clock", error: "alert" };

// What the reader must know before anything else on the page. `live`: it came just now, and is read out.
export function Banner({ tone, title, children, live }: { tone: Tone; title: ComponentChildren; children?: ComponentChildren; live?: boolean }) {
  return (
    <div class="dads-banner" data-tone={tone} role={live ? (tone === "error" ? "alert" : "status") : undefined}>
      <Icon name={icons[tone]} />
      <div>
        <p class="dads-banner__title">{title}</p>
        {children && <div class="dads-banner__text">{children}</div>}
      </div>
    </div>
  );
}
