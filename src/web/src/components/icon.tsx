// Small drawings beside words, never in their place: hidden from screen readers.
const drawings = {
  alert: "M12 2 1 21h22L12 2zm0 6 7 12H5l7-12zm-1 4v4h2v-4h-2zm0 5v2h2v-2h-2z",
  clock: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16zm-1 3v6l5 3 1-1.700-4-2.300V7h-2z",
  check: "M9.500 16.200 5.300 12l-1.400 1.400 5.600 5.600 11-11-1.400-1.400z",
  cross: "m6.400 5 5.600 5.600L17.600 5 19 6.400 13.400 12l5.600 5.600-1.400 1.400-5.600-5.600L6.400 19 5 17.600l5.600-5.600L5 6.400z",
  info: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zm0 2a8 8 0 1 1 0 16 8 8 0 0 1 0-16zm-1 3v2h2V7h-2zm0 4v6h2v-6h-2z",
  arrow: "m12 4-1.400 1.400L16.200 11H4v2h12.200l-5.600 5.600L12 20l8-8z",
  back: "m12 4 1.400 1.400L7.800 11H20v2H7.800l5.600 5.600L12 20l-8-8z",
  down: "m12 15.500-6-6 1.400-1.400 4.600 4.600 4.600-4.600L18 9.500z",
  menu: "M3 5h18v2H3zm0 6h18v2H3zm0 6h18v2H3z",
  print: "M7 3h10v4H7zM5 8h14a3 3 0 0 1 3 3v6h-4v4H6v-4H2v-6a3 3 0 0 1 3-3zm3 6v5h8v-5z",
  save: "M11 3h2v9l3.300-3.300 1.400 1.400L12 15.800l-5.700-5.700 1.400-1.400L11 12zM4 18h16v3H4z",
  copy: "M8 3h11a1 1 0 0 1 1 1v13h-2V5H8zM5 7h9a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V8a1 1 0 0 1 1-1zm1 2v10h7V9z",
  send: "M3 4v6l11 2-11 2v6l19-8z",
  phone: "M6.600 3 10 3.700l1 4-2.400 2a13 13 0 0 0 5.700 5.700l2-2.400 4 1 .700 3.400c0 2-1.500 3.600-3.600 3.600A15 15 0 0 1 3 6.600C3 4.500 4.600 3 6.600 3z",
  person: "M12 3a4.500 4.500 0 1 0 0 9 4.500 4.500 0 0 0 0-9zm0 11c-5 0-9 2.500-9 6v1h18v-1c0-3.500-4-6-9-6z",
  lock: "M7 10V7a5 5 0 0 1 10 0v3h1a1 1 0 0 1 1 1v9a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-9a1 1 0 0 1 1-1zm2 0h6V7a3 3 0 0 0-6 0z",
  key: "M8 7a5 5 0 1 0 4.600 7H15v3h3v-3h3v-4h-8.400A5 5 0 0 0 8 7zm0 3a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
  sound: "M3 9v6h4l5 5V4L7 9H3zm11-1v8a4.500 4.500 0 0 0 0-8zm0-4.800v2.100a7 7 0 0 1 0 13.400v2.100a9 9 0 0 0 0-17.600z",
  mute: "M3 9v6h4l5 5V4L7 9H3zm11.800.700 1.400-1.400 2.300 2.300 2.300-2.300 1.400 1.400L19.900 12l2.300 2.300-1.400 1.400-2.300-2.300-2.300 2.300-1.400-1.400L17.100 12z",
  pen: "M4 16.500 15.500 5 19 8.500 7.500 20H4zM17 3.500 20.500 7 19.800 7.700 16.300 4.200z",
} as const;

export type IconName = keyof typeof drawings;

export function Icon({ name, class: extra = "" }: { name: IconName; class?: string }) {
  return (
    <svg class={`dads-icon ${extra}`} viewBox="0 0 24 24" width="1em" height="1em" aria-hidden="true" focusable="false">
      <path d={drawings[name]} fill="currentColor" fill-rule="evenodd" />
    </svg>
  );
}
