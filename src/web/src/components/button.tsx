import type { ComponentChildren, JSX } from "preact";
import { Link } from "../router";
import { Icon, type IconName } from "./icon";
import { t } from "../text";

type Kind = "solid" | "outline" | "text";
type Size = "large" | "medium" | "small";
type Look = { kind?: Kind; size?: Size; icon?: IconName; danger?: boolean; children: ComponentChildren };

// `busy`: it was pressed and the answer has not come; it stays where it is, so that focus does not jump.
export function Button({ kind = "solid", size = "medium", icon, danger, busy, children, ...rest }: Look & { busy?: boolean } & Omit<JSX.IntrinsicElements["button"], "size" | "icon">) {
  const clicked = rest.onClick;
  return (
    <button
      type="button"
      {...rest}
      onClick={busy ? (event) => event.preventDefault() : clicked}
      class="dads-button"
      data-kind={kind}
      data-size={size}
      data-danger={danger || undefined}
      aria-disabled={busy || rest.disabled ? true : undefined}
      aria-busy={busy || undefined}
    >
      {icon && <Icon name={icon} />}
      <span>{busy ? t("act.busy") : children}</span>
    </button>
  );
}

// To what the daemon makes itself, such as a PDF: in a tab of its own.
export function ButtonAway({ href, kind = "outline", size = "medium", icon, children }: Look & { href: string }) {
  return (
    <a href={href} target="_blank" rel="noopener" class="dads-button" data-kind={kind} data-size={size}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </a>
  );
}

export function ButtonLink({ to, kind = "solid", size = "medium", icon, children }: Look & { to: string }) {
  return (
    <Link to={to} class="dads-button" data-kind={kind} data-size={size}>
      {icon && <Icon name={icon} />}
      <span>{children}</span>
    </Link>
  );
}
