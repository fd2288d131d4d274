import { inertText } from '../report/inert.ts'

type Child = Node | string | null
type Props = Record<string, string | number | boolean | ((event: Event) => void)>

const svgSpace = 'http://www.w3.org/2000/svg'

/** An HTML element. Names that begin with `on` are listeners, booleans switch an attribute, text children are made inert. */
export function html<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: Child[]
): HTMLElementTagNameMap[Tag] {
  return fill(document.createElement(tag), props, children)
}

/** An SVG element, made like an HTML one. */
export function svg<Tag extends keyof SVGElementTagNameMap>(
  tag: Tag,
  props: Props = {},
  ...children: Child[]
): SVGElementTagNameMap[Tag] {
  return fill(document.createElementNS(svgSpace, tag), props, children)
}

/** The element of the page with an id. */
export function byId(id: string): HTMLElement {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no #${id}`)
  return found
}

function fill<Kind extends Element>(element: Kind, props: Props, children: readonly Child[]): Kind {
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === 'function') element.addEventListener(name.slice(2), value)
    else if (value === true) element.setAttribute(name, '')
    else if (value !== false) element.setAttribute(name, String(value))
  }
  for (const child of children)
    if (child !== null) element.append(typeof child === 'string' ? inertText(child.trimEnd()) : child)
  return element
}
