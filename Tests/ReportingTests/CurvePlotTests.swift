import Foundation
import Reporting
import ScalebenchCore
import Testing

struct CurvePlotTests {
    private func curve(_ losses: [Double?], tokens: Bool = true) -> LossCurve {
        LossCurve(
            unit: .natsPerToken,
            points: losses.enumerated().map {
                .init(step: $0.offset, tokens: tokens ? 1000 * $0.offset : nil, loss: $0.element)
            })
    }

    @Test func fallsFromTheUpperLeftToTheLowerRight() {
        let text = CurvePlot.render(curve([4, 3, 2, 1], tokens: false), columns: 8, rows: 4, isUnicode: false)
        #expect(
            text == """
                  4.0000 | *
                         |  ***
                         |     **
                  1.0000 |       **
                           0 3 steps
                """)
    }

    @Test func brailleHasTwoByFourDotsPerCharacter() {
        let text = CurvePlot.render(curve([2, 1]), columns: 1, rows: 1, isUnicode: true)
        // Upper left and lower right dot, and the line between them.
        #expect(text.contains("| ⢇") || text.contains("| ⢣") || text.contains("| ⢱") || text.contains("| ⢸"), "\(text)")
        #expect(text.contains("1 k tokens"))
    }

    @Test func nothingIsDrawnOfNothing() {
        #expect(CurvePlot.render(curve([]), isUnicode: true).isEmpty)
        #expect(CurvePlot.render(curve([1, nil]), isUnicode: true).isEmpty)
        #expect(!CurvePlot.render(curve([1, 1, 1]), isUnicode: true).isEmpty)
    }
}
