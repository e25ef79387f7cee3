// A row that is wider than a phone: what is chosen of it comes into sight by itself.
import type { RefObject } from "preact";
import { useEffect } from "preact/hooks";

// `row` scrolls sideways, `chosen` finds the one in it; again where `changed` does. The page itself stays where it is.
export function useInSight(row: RefObject<HTMLElement | null>, chosen: string, changed: unknown[]) {
  useEffect(() => {
    const one = row.current?.querySelector<HTMLElement>(chosen);
    const outer = row.current;
    if (!outer || !one) return;
    // At once, and whenever the row has another width, as where a phone is turned.
    const watch = new ResizeObserver(() => {
      const [outside, inside] = [outer.getBoundingClientRect(), one.getBoundingClientRect()];
      outer.scrollLeft += inside.left + inside.width / 2 - (outside.left + outside.width / 2);
    });
    watch.observe(outer);
    return () => watch.disconnect();
  }, changed);
}
