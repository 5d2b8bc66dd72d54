import type {
  ExpressionSpecification,
  LayerSpecification,
  SourceSpecification,
  StyleSpecification,
} from 'maplibre-gl'
import { type ColorScheme, personColors } from './person-style'

/** Sea, land and lines; streets there are none, so that close up there is paper with a grid. */
export const mapColors: Record<
  ColorScheme,
  Record<'sea' | 'land' | 'paper' | 'coast' | 'border' | 'grid' | 'halo' | 'episode' | 'selected', string>
> = {
  light: {
    sea: '#dbe7ec',
    land: '#f3f1ea',
    paper: '#f3f1ea',
    coast: '#a9bdc6',
    border: '#cfc9ba',
    grid: '#64717c',
    halo: '#ffffff',
    episode: '#1a232b',
    selected: '#b42318',
  },
  dark: {
    sea: '#0f171d',
    land: '#1d262e',
    paper: '#1d262e',
    coast: '#3d4c57',
    border: '#35424c',
    grid: '#b6c0c8',
    halo: '#0b1116',
    episode: '#f7f9fa',
    selected: '#ffd166',
  },
}

/** Fewest to most; their lightness alone tells the order, to any eye (after matplotlib's viridis). */
export const densityColors: Record<ColorScheme, readonly string[]> = {
  light: ['#b8de29', '#55c667', '#20a387', '#2d708e', '#404788', '#481567'],
  dark: ['#433e85', '#33638d', '#238a8d', '#29af7f', '#85d54a', '#fde725'],
}

/** Zooms between which the base map, too coarse from there on, gives way to paper. */
const fadeFrom = 8
const fadeTo = 10.5

const sourceNames = [
  'land',
  'coast',
  'borders',
  'graticule',
  'density',
  'reach',
  'trails',
  'episodes',
] as const
export type SourceName = (typeof sourceNames)[number]

const empty = { type: 'FeatureCollection' as const, features: [] }

function sourceOf(name: SourceName): SourceSpecification {
  switch (name) {
    case 'land':
    case 'coast':
    case 'borders':
      return { type: 'geojson', data: empty, maxzoom: 8, buffer: 8 }
    case 'graticule':
      return { type: 'geojson', data: empty, tolerance: 0, buffer: 0, maxzoom: 18 }
    case 'density':
      return { type: 'geojson', data: empty, buffer: 4, maxzoom: 14 }
    case 'reach':
      return { type: 'geojson', data: empty, tolerance: 0, buffer: 8, maxzoom: 18 }
    case 'trails':
      return { type: 'geojson', data: empty, buffer: 16, maxzoom: 18 }
    case 'episodes':
      return { type: 'geojson', data: empty, buffer: 32, maxzoom: 18 }
  }
}

/** One of the colours, by its place that the feature has. */
function colorAt(property: string, colors: readonly string[]): ExpressionSpecification {
  const [first = '', second = '', ...others] = colors
  const rest = others.flatMap((color, index) => [index + 2, color])
  return ['match', ['get', property], 0, first, 1, second, ...rest, first]
}

function layersOf(scheme: ColorScheme): LayerSpecification[] {
  const colors = mapColors[scheme]
  const fading: ExpressionSpecification = ['interpolate', ['linear'], ['zoom'], fadeFrom, 1, fadeTo, 0]
  return [
    {
      id: 'background',
      type: 'background',
      paint: {
        'background-color': ['interpolate', ['linear'], ['zoom'], fadeFrom, colors.sea, fadeTo, colors.paper],
      },
    },
    {
      id: 'land',
      type: 'fill',
      source: 'land',
      maxzoom: fadeTo,
      paint: { 'fill-color': colors.land, 'fill-antialias': false },
    },
    {
      id: 'borders',
      type: 'line',
      source: 'borders',
      maxzoom: fadeTo,
      paint: { 'line-color': colors.border, 'line-width': 0.8, 'line-opacity': fading },
    },
    {
      id: 'coast',
      type: 'line',
      source: 'coast',
      maxzoom: fadeTo,
      paint: { 'line-color': colors.coast, 'line-width': 0.8, 'line-opacity': fading },
    },
    {
      id: 'density',
      type: 'fill',
      source: 'density',
      paint: {
        'fill-color': colorAt('class', densityColors[scheme]),
        'fill-opacity': 0.85,
        'fill-outline-color': colors.halo,
      },
    },
    {
      id: 'graticule',
      type: 'line',
      source: 'graticule',
      paint: { 'line-color': colors.grid, 'line-width': 0.5, 'line-opacity': 0.3 },
    },
    {
      id: 'reach',
      type: 'fill',
      source: 'reach',
      paint: { 'fill-color': colors.selected, 'fill-opacity': 0.1 },
    },
    {
      id: 'reach-edge',
      type: 'line',
      source: 'reach',
      paint: { 'line-color': colors.selected, 'line-width': 1.5 },
    },
    {
      id: 'trails',
      type: 'line',
      source: 'trails',
      layout: { 'line-cap': 'round', 'line-join': 'round' },
      paint: { 'line-color': colorAt('color', personColors[scheme]), 'line-width': 4.5 },
    },
    {
      id: 'episodes',
      type: 'circle',
      source: 'episodes',
      paint: {
        'circle-radius': ['case', ['get', 'selected'], 9, 5],
        'circle-color': ['case', ['get', 'selected'], colors.selected, colors.episode],
        'circle-opacity': ['case', ['get', 'selected'], 0.35, 0.55],
        'circle-stroke-color': ['case', ['get', 'selected'], colors.selected, colors.halo],
        'circle-stroke-width': ['case', ['get', 'selected'], 2.5, 1.5],
      },
    },
  ]
}

/** Tracks, which a layer of their own draws, lie below this one. */
export const aboveTracks = 'trails'

/** All that the map may show but tracks; the data come later. */
export function mapStyle(scheme: ColorScheme): StyleSpecification {
  return {
    version: 8,
    sources: Object.fromEntries(sourceNames.map((name) => [name, sourceOf(name)])),
    layers: layersOf(scheme),
  }
}

/** Every paint property of every layer, to change a map's scheme in place. */
export function paintsOf(scheme: ColorScheme): { layer: string; property: string; value: unknown }[] {
  return layersOf(scheme).flatMap(({ id, paint }) =>
    Object.entries(paint ?? {}).map(([property, value]) => ({ layer: id, property, value })),
  )
}
