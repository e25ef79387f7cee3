// What this browser keeps for its person between two visits: choices and drafts, never a secret.

const place = (name: string) => `noroshi.${name}`;

export function kept(name: string): string | null {
  try {
    return localStorage.getItem(place(name));
  } catch {
    return null; // a browser that is told to keep nothing
  }
}

// False where the browser kept nothing: full, or told so.
export function keep(name: string, value: string | null): boolean {
  try {
    if (value === null) localStorage.removeItem(place(name));
    else localStorage.setItem(place(name), value);
    return true;
  } catch {
    return false;
  }
}

export function keptObject<T>(name: string): T | null {
  try {
    const text = kept(name);
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null; // not ours, or cut off
  }
}
