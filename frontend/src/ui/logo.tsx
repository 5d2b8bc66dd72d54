/** A fairlead: the ring that leads a rope. */
export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <rect width="32" height="32" rx="8" fill="var(--mantine-color-sea-8)" />
      <circle cx="16" cy="16" r="7.5" fill="none" stroke="#fff" strokeWidth="3" />
      <path
        d="M3 23.5 C9 23.5 11 16 16 16 S23 8.5 29 8.500"
        fill="none"
        stroke="#8fd0e3"
        strokeWidth="2.5"
        strokeLinecap="round"
      />
    </svg>
  )
}
