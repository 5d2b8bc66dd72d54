import { ActionIcon, type MantineColorScheme, Tooltip, useMantineColorScheme } from '@mantine/core'
import { IconDeviceDesktop, IconMoon, IconSun } from '@tabler/icons-react'

const choices: Record<
  MantineColorScheme,
  { next: MantineColorScheme; label: string; Glyph: typeof IconSun }
> = {
  auto: { next: 'light', label: 'Colours as the system has them', Glyph: IconDeviceDesktop },
  light: { next: 'dark', label: 'Light colours', Glyph: IconSun },
  dark: { next: 'auto', label: 'Dark colours', Glyph: IconMoon },
}

export function ColorSchemeButton() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  const { next, label, Glyph } = choices[colorScheme]
  return (
    <Tooltip label={`${label}; click to change`}>
      <ActionIcon size="lg" onClick={() => setColorScheme(next)} aria-label={`${label}. Change`}>
        <Glyph size={18} stroke={1.7} aria-hidden />
      </ActionIcon>
    </Tooltip>
  )
}
