import { type CSSVariablesResolver, createTheme } from '@mantine/core'

/** Sea blue, the one accent; green, yellow, red and grey are left to phases and outcomes. */
const sea = [
  '#edf6f9',
  '#d9eaf0',
  '#b0d3df',
  '#83bacd',
  '#5da4bd',
  '#3f8ca8',
  '#2a7592',
  '#1b617d',
  '#124e67',
  '#0a3b50',
] as const

/** Neutrals with a trace of the accent's hue. */
const gray = [
  '#f7f9fa',
  '#eff2f4',
  '#e2e7eb',
  '#d0d7dd',
  '#b2bcc5',
  '#84919d',
  '#5d6a76',
  '#465460',
  '#2f3a44',
  '#1a232b',
] as const

const dark = [
  '#d8dee3',
  '#b6c0c8',
  '#909ca6',
  '#64717c',
  '#3e4a54',
  '#2c363f',
  '#222b33',
  '#19212a',
  '#11181f',
  '#0b1116',
] as const

export const theme = createTheme({
  colors: { sea, gray, dark },
  primaryColor: 'sea',
  primaryShade: { light: 6, dark: 6 },
  black: '#1a232b',
  fontFamily: "'Inter Variable', system-ui, -apple-system, 'Segoe UI', sans-serif",
  fontFamilyMonospace: 'var(--fairlead-mono)',
  defaultRadius: 'md',
  radius: { xs: '3px', sm: '5px', md: '7px', lg: '10px', xl: '16px' },
  spacing: { xs: '8px', sm: '12px', md: '16px', lg: '24px', xl: '36px' },
  fontSizes: { xs: '12px', sm: '13px', md: '14px', lg: '16px', xl: '19px' },
  lineHeights: { xs: '1.4', sm: '1.45', md: '1.5', lg: '1.5', xl: '1.4' },
  headings: {
    fontWeight: '620',
    sizes: {
      h1: { fontSize: '24px', lineHeight: '1.25' },
      h2: { fontSize: '16px', lineHeight: '1.35' },
      h3: { fontSize: '14px', lineHeight: '1.4' },
    },
  },
  cursorType: 'pointer',
  respectReducedMotion: true,
  // Plain objects, not Component.extend(): a page that shows no table does not load one.
  components: {
    ActionIcon: { defaultProps: { variant: 'subtle', color: 'gray' } },
    Anchor: { defaultProps: { underline: 'hover' } },
    Button: { defaultProps: { size: 'sm' }, styles: { label: { fontWeight: 560 } } },
    // Without the placeholder, which is no child that a menu may have (WAI-ARIA 1.2, role menu).
    Menu: { defaultProps: { shadow: 'md', withinPortal: true, withInitialFocusPlaceholder: false } },
    Modal: {
      defaultProps: { centered: true, radius: 'lg' },
      styles: {
        title: { fontSize: '16px', fontWeight: 620 },
        header: { background: 'var(--fairlead-surface)' },
        content: { background: 'var(--fairlead-surface)' },
      },
    },
    NumberInput: { defaultProps: { size: 'sm' } },
    Paper: { defaultProps: { radius: 'lg' } },
    Select: { defaultProps: { size: 'sm', comboboxProps: { shadow: 'md' } } },
    Table: { defaultProps: { verticalSpacing: 9, horizontalSpacing: 'md' } },
    TextInput: { defaultProps: { size: 'sm' } },
    Tooltip: {
      defaultProps: { openDelay: 300, events: { hover: true, focus: true, touch: false } },
    },
  },
})

/** Dimmed text and errors keep 4.5:1 against both backgrounds (WCAG 2.2, 1.4.3). */
export const cssVariables: CSSVariablesResolver = (resolved) => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': resolved.colors.gray?.[6] ?? '#5d6a76',
    '--mantine-color-error': '#b42318',
    '--mantine-color-placeholder': '#6b7883',
    '--mantine-color-default-border': '#d0d7dd',
  },
  dark: {
    '--mantine-color-dimmed': '#98a4ae',
    '--mantine-color-text': '#d8dee3',
    '--mantine-color-error': '#ff8a80',
    '--mantine-color-placeholder': '#84919d',
    '--mantine-color-default-border': '#2c363f',
  },
})
