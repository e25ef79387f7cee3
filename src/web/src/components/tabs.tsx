import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";
import { language } from "../text";
import { useInSight } from "./in_sight";

export interface Tab {
  id: string;
  label: string;
  count?: number;
  content: () => ComponentChildren;
}

// Arrow keys move between tabs, Tab goes into the panel (ARIA Authoring Practices, tabs).
export function Tabs({ label, tabs, chosen, onChoose }: { label: string; tabs: Tab[]; chosen: string; onChoose: (id: string) => void }) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const current = tabs.find((tab) => tab.id === chosen) ?? tabs[0]!;
  useInSight(list, '[aria-selected="true"]', [current.id, language.value]);
  const pressed = (event: KeyboardEvent) => {
    const at = tabs.indexOf(current);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const next = tabs[(to + tabs.length) % tabs.length]!;
    onChoose(next.id);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.id}"]`)?.focus();
  };
  return (
    <div class="dads-tabs">
      <div class="dads-tabs__list" role="tablist" aria-label={label} ref={list} onKeyDown={pressed}>
        {tabs.map((tab) => (
          <button key={tab.id} type="button" role="tab" id={`${id}-${tab.id}`} data-tab={tab.id} aria-selected={tab === current} aria-controls={tab === current ? `${id}-panel` : undefined} tabIndex={tab === current ? 0 : -1} onClick={() => onChoose(tab.id)}>
            {tab.label}
            {tab.count !== undefined && <span class="dads-tabs__count">{tab.count}</span>}
          </button>
        ))}
      </div>
      <div class="dads-tabs__panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${current.id}`} tabIndex={0}>
        {current.content()}
      </div>
    </div>
  );
}
