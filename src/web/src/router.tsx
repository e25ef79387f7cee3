// Where the reader is: the path decides the page, the query its filters. Links are ordinary links.
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";

export const path = signal(location.pathname);
export const query = signal(new URLSearchParams(location.search));

function taken() {
  path.value = location.pathname;
  query.value = new URLSearchParams(location.search);
}
addEventListener("popstate", taken);

// To another page of ours. `keepPlace`: filters change, the reader stays where he is.
export function go(to: string, { replace = false, keepPlace = false } = {}) {
  history[replace ? "replaceState" : "pushState"](null, "", to);
  taken();
  if (keepPlace) return;
  scrollTo(0, 0);
  // A page that was changed without a reload is announced by moving to its heading.
  requestAnimationFrame(() => document.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true }));
}

export function setQuery(changes: Record<string, string | null>) {
  const next = new URLSearchParams(query.value);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  }
  go(next.size ? `${path.value}?${next}` : path.value, { replace: true, keepPlace: true });
}

interface LinkProperties {
  to: string;
  children: ComponentChildren;
  class?: string;
  title?: string;
  "aria-label"?: string;
  "aria-current"?: "page" | undefined;
  [name: `data-${string}`]: string | undefined;
}

export function Link({ to, children, ...rest }: LinkProperties) {
  const followed = (event: MouseEvent) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={to} onClick={followed} {...rest}>
      {children}
    </a>
  );
}

// "/desk/incidents/{id}" against the path: its parameters, or null.
export function matched(pattern: string, of: string): Record<string, string> | null {
  const wanted = pattern.split("/");
  const given = of.split("/");
  if (wanted.length !== given.length) return null;
  const parameters: Record<string, string> = {};
  for (let index = 0; index < wanted.length; index++) {
    const part = wanted[index]!;
    const value = given[index]!;
    if (part.startsWith("{")) {
      if (!value) return null;
      try {
        parameters[part.slice(1, -1)] = decodeURIComponent(value);
      } catch {
        return null;
      }
    } else if (part !== value) return null;
  }
  return parameters;
}
