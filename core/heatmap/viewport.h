#pragma once

#include <glm/mat3x3.hpp>
#include <glm/vec2.hpp>

#include <optional>

namespace attnscope {

/// One cell of a matrix as seen: column to the right, row downwards.
struct Cell {
    int column = 0;
    int row = 0;

    bool operator==(const Cell&) const = default;
};

/// Cells [firstColumn, endColumn) × [firstRow, endRow).
struct CellRange {
    int firstColumn = 0;
    int endColumn = 0;
    int firstRow = 0;
    int endRow = 0;

    bool operator==(const CellRange&) const = default;
};

/// A rectangle in pixels, `low` inclusive (top left), `high` exclusive (bottom right).
struct PixelRect {
    glm::vec2 low{0.0F};
    glm::vec2 high{0.0F};
};

/// How all cells are made to fit the pixels.
enum class Fit {
    Stretch,  ///< each axis fills its side
    Square,   ///< cells stay square, the rest is left empty on both sides
};

/// Which part of a matrix is seen, and how large: a map from cell coordinates to pixels.
///
/// Cell (column c, row r) covers [c, c+1) × [r, r+1) in cell coordinates. Pixel (x, y) covers [x, x+1) × [y, y+1) with
/// its centre at +0.5; the origin is the top left corner, y runs downwards. The map scales and shifts each axis by
/// itself: it never rotates.
///
/// The data never gets lost: it cannot be made smaller than it is when fitted; an axis that fits stays wholly inside,
/// and of one that does not the centre of the view stays on the data. A cell grows up to 256 pixels, or to its fitted
/// size where that is more.
class Viewport {
public:
    static constexpr float maximumCellPixels = 256.0F;

    /// `cells` is (columns, rows), `pixels` (width, height); all at least 1. Starts fitted.
    Viewport(glm::ivec2 cells, glm::vec2 pixels, Fit fit = Fit::Stretch);

    /// From cell coordinates (column, row, 1) to pixels.
    [[nodiscard]] const glm::mat3& matrix() const { return m_matrix; }
    [[nodiscard]] glm::ivec2 cells() const { return m_cells; }
    [[nodiscard]] glm::vec2 pixels() const { return m_pixels; }
    /// Pixels per cell.
    [[nodiscard]] glm::vec2 scale() const { return {m_matrix[0][0], m_matrix[1][1]}; }
    /// Where the corner of the first cell lies, in pixels.
    [[nodiscard]] glm::vec2 offset() const { return {m_matrix[2][0], m_matrix[2][1]}; }
    [[nodiscard]] bool isFitted() const;

    /// Shows all cells again.
    void fit(Fit fit);
    /// Another window size; keeps what is in the centre there, and the zoom relative to the fitted size.
    void resize(glm::vec2 pixels);
    /// Moves the data by so many pixels.
    void pan(glm::vec2 pixels);
    /// Enlarges by `factor` (per axis; below 1 shrinks) so that what lies under `about` stays there, unless the data
    /// would get lost.
    void zoom(glm::vec2 factor, glm::vec2 about);

    [[nodiscard]] glm::vec2 toPixels(glm::vec2 cell) const;
    [[nodiscard]] glm::vec2 toCells(glm::vec2 pixel) const;
    /// The cell under a point, or nothing beside the data.
    [[nodiscard]] std::optional<Cell> cellAt(glm::vec2 pixel) const;
    [[nodiscard]] PixelRect rectOf(Cell cell) const;
    /// The cells of which at least a part is inside the view.
    [[nodiscard]] CellRange visibleCells() const;

private:
    [[nodiscard]] glm::vec2 fittedScale() const;
    void set(glm::vec2 scale, glm::vec2 offset);

    glm::ivec2 m_cells;
    glm::vec2 m_pixels;
    Fit m_fit;
    glm::mat3 m_matrix{1.0F};
};

}  // namespace attnscope
