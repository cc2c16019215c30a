// A rectangle with two axes, and the marks that are drawn in it. Colours come from the style sheet: a mark carries the
// class `c0`, `c1`, … of its candidate, and a shape of its own, so that colour is never the only difference.

import Foundation

/// The size of a picture. Every picture is drawn twice, and the style sheet shows the one that fits.
enum PlotSize: String, CaseIterable, Sendable {
    case wide, narrow

    var width: Double { self == .wide ? 760 : 340 }

    func height(_ wide: Double) -> Double { self == .wide ? wide : wide * 0.8 }
}

/// Axes over a part of a picture.
struct PlotFrame: Sendable {
    let size: PlotSize
    let x: PlotAxis
    let y: PlotAxis
    /// Top and height of the whole frame, labels included.
    let top: Double
    let height: Double
    /// Unique on the page; it names the clipping region.
    let id: String
    var hasXLabels = true
    /// The width that is kept free at the right for labels.
    var rightMargin = 20.0

    private var left: Double { size == .wide ? 62 : 50 }
    private var right: Double { size.width - rightMargin }
    private var upper: Double { top + 22 }
    private var lower: Double { top + height - (hasXLabels ? 42 : 8) }

    func horizontal(_ value: Double) -> Double { left + x.place(value) * (right - left) }
    func vertical(_ value: Double) -> Double { lower - y.place(value) * (lower - upper) }

    /// The grid, the labels, and the marks, which are cut off at the frame's border.
    @MarkupBuilder func draw(@MarkupBuilder _ marks: () -> Markup) -> Markup {
        grid
        tag("clipPath", ["id": clip]) {
            tag("rect", ["x": n(left), "y": n(upper), "width": n(right - left), "height": n(lower - upper)])
        }
        tag("g", ["clip-path": "url(#\(clip))"], marks)
        tag("path", ["class": "axis", "d": "M\(n(left)) \(n(upper))V\(n(lower))H\(n(right))"])
    }

    private var clip: String { "clip-\(id)-\(size.rawValue)" }

    @MarkupBuilder private var grid: Markup {
        for tick in y.ticks(size == .wide ? 6 : 5) {
            let place = vertical(tick.value)
            tag("path", ["class": "grid", "d": "M\(n(left)) \(n(place))H\(n(right))"])
            text(tick.label, left - 6, place + 4, anchor: "end")
        }
        for tick in x.ticks(size == .wide ? 8 : 5) {
            let place = horizontal(tick.value)
            tag("path", ["class": "grid", "d": "M\(n(place)) \(n(upper))V\(n(lower))"])
            if hasXLabels { text(tick.label, place, lower + 17, anchor: "middle") }
        }
        text(y.title, 2, top + 12, anchor: "start", style: "title")
        if hasXLabels { text(x.title, right, lower + 35, anchor: "end", style: "title") }
    }

    // MARK: - Marks

    func text(_ text: String, _ x: Double, _ y: Double, anchor: String, style: String = "tick") -> Markup {
        tag("text", ["class": style, "x": n(x), "y": n(y), "text-anchor": anchor]) { text }
    }

    func line(_ xs: [Double], _ ys: [Double], _ style: String, hover: String? = nil) -> Markup {
        let path = zip(xs, ys).map { "\(n(horizontal($0)) ) \(n(vertical($1)))" }.joined(separator: "L")
        return tag("path", ["class": style, "d": "M" + path]) { hover.map { text in tag("title") { text } } }
    }

    /// The area between two curves.
    func area(_ xs: [Double], from lower: [Double], to upper: [Double], _ style: String) -> Markup {
        let there = zip(xs, upper).map { "\(n(horizontal($0))) \(n(vertical($1)))" }
        let back = zip(xs, lower).reversed().map { "\(n(horizontal($0))) \(n(vertical($1)))" }
        return tag("path", ["class": style, "d": "M" + (there + back).joined(separator: "L") + "Z"])
    }

    /// A rectangle of the whole height between two values of the horizontal axis.
    func column(_ from: Double, _ to: Double, _ style: String, hover: String) -> Markup {
        let start = horizontal(from)
        return tag(
            "rect",
            [
                "class": style, "x": n(start), "y": n(upper), "width": n(max(horizontal(to) - start, 1)),
                "height": n(lower - upper),
            ]
        ) { tag("title") { hover } }
    }

    func verticalLine(_ x: Double, _ style: String) -> Markup {
        tag("path", ["class": style, "d": "M\(n(horizontal(x))) \(n(upper))V\(n(lower))"])
    }

    func horizontalLine(_ y: Double, _ style: String) -> Markup {
        tag("path", ["class": style, "d": "M\(n(left)) \(n(vertical(y)))H\(n(right))"])
    }

    /// A bar from `low` to `high`; `shift` in picture units keeps bars at one place apart.
    func errorBar(_ x: Double, from low: Double, to high: Double, _ style: String, shift: Double = 0) -> Markup {
        let place = horizontal(x) + shift
        return tag("path", ["class": style, "d": "M\(n(place)) \(n(vertical(low)))V\(n(vertical(high)))"])
    }

    /// A mark in the shape of its candidate: circle, square, triangle and diamond in turn.
    func marker(
        _ x: Double, _ y: Double, candidate: Int, style: String, size: Double, shift: Double = 0, hover: String
    )
        -> Markup
    {
        let cx = horizontal(x) + shift, cy = vertical(y), s = size
        let path =
            switch candidate % 4 {
            case 0: "M\(n(cx - s)) \(n(cy))a\(n(s)) \(n(s)) 0 1 0 \(n(2 * s)) 0a\(n(s)) \(n(s)) 0 1 0 \(n(-2 * s)) 0Z"
            case 1: "M\(n(cx - s)) \(n(cy - s))h\(n(2 * s))v\(n(2 * s))h\(n(-2 * s))Z"
            case 2: "M\(n(cx)) \(n(cy - 1.2 * s))L\(n(cx + 1.2 * s)) \(n(cy + s))H\(n(cx - 1.2 * s))Z"
            default:
                "M\(n(cx)) \(n(cy - 1.3 * s))L\(n(cx + 1.3 * s)) \(n(cy))L\(n(cx)) \(n(cy + 1.3 * s))L\(n(cx - 1.3 * s)) \(n(cy))Z"
            }
        return tag("path", ["class": "marker \(style)", "d": path]) { tag("title") { hover } }
    }

    /// A coordinate with one decimal, which is finer than a screen's pixels.
    private func n(_ value: Double) -> String {
        let clamped = min(max(value, -9999), 9999)
        let tenths = Int((clamped * 10).rounded())
        return tenths % 10 == 0 ? String(tenths / 10) : String(Double(tenths) / 10)
    }
}
