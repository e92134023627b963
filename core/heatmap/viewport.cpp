#include "heatmap/viewport.h"

#include <glm/common.hpp>

#include <algorithm>
#include <cassert>
#include <cmath>

namespace attnscope {

Viewport::Viewport(glm::ivec2 cells, glm::vec2 pixels, Fit fit) : m_cells(cells), m_pixels(pixels), m_fit(fit) {
    assert(cells.x > 0 && cells.y > 0 && pixels.x >= 1.0F && pixels.y >= 1.0F);
    this->fit(fit);
}

glm::vec2 Viewport::fittedScale() const {
    const glm::vec2 scale = m_pixels / glm::vec2(m_cells);
    return m_fit == Fit::Stretch ? scale : glm::vec2(std::min(scale.x, scale.y));
}

bool Viewport::isFitted() const {
    return scale() == fittedScale();
}

void Viewport::fit(Fit fit) {
    m_fit = fit;
    set(fittedScale(), glm::vec2(0.0F));
}

void Viewport::resize(glm::vec2 pixels) {
    assert(pixels.x >= 1.0F && pixels.y >= 1.0F);
    const glm::vec2 centre = toCells(m_pixels * 0.5F);
    const glm::vec2 zoom = scale() / fittedScale();
    m_pixels = pixels;
    const glm::vec2 scale = fittedScale() * zoom;
    set(scale, m_pixels * 0.5F - centre * scale);
}

void Viewport::pan(glm::vec2 pixels) {
    set(scale(), offset() + pixels);
}

void Viewport::zoom(glm::vec2 factor, glm::vec2 about) {
    const glm::vec2 fixed = toCells(about);
    const glm::vec2 smallest = fittedScale();
    const glm::vec2 largest = glm::max(smallest, glm::vec2(maximumCellPixels));
    const glm::vec2 scale = glm::clamp(this->scale() * factor, smallest, largest);
    set(scale, about - fixed * scale);
}

void Viewport::set(glm::vec2 scale, glm::vec2 offset) {
    const glm::vec2 smallest = fittedScale();
    for (int axis = 0; axis < 2; ++axis) {
        const float extent = scale[axis] * static_cast<float>(m_cells[axis]);
        const float centre = m_pixels[axis] * 0.5F;
        if (scale[axis] <= smallest[axis]) {
            offset[axis] = centre - extent * 0.5F;
        } else {
            offset[axis] = std::clamp(offset[axis], centre - extent, centre);
        }
    }
    m_matrix = glm::mat3(1.0F);
    m_matrix[0][0] = scale.x;
    m_matrix[1][1] = scale.y;
    m_matrix[2][0] = offset.x;
    m_matrix[2][1] = offset.y;
}

glm::vec2 Viewport::toPixels(glm::vec2 cell) const {
    return cell * scale() + offset();
}

glm::vec2 Viewport::toCells(glm::vec2 pixel) const {
    return (pixel - offset()) / scale();
}

std::optional<Cell> Viewport::cellAt(glm::vec2 pixel) const {
    const glm::vec2 cell = glm::floor(toCells(pixel));
    if (cell.x < 0.0F || cell.y < 0.0F || cell.x >= static_cast<float>(m_cells.x) ||
        cell.y >= static_cast<float>(m_cells.y)) {
        return std::nullopt;
    }
    return Cell{static_cast<int>(cell.x), static_cast<int>(cell.y)};
}

PixelRect Viewport::rectOf(Cell cell) const {
    return {toPixels({cell.column, cell.row}), toPixels({cell.column + 1, cell.row + 1})};
}

CellRange Viewport::visibleCells() const {
    const glm::vec2 last(m_cells);
    const glm::ivec2 low(glm::clamp(glm::floor(toCells(glm::vec2(0.0F))), glm::vec2(0.0F), last));
    const glm::ivec2 high(glm::clamp(glm::ceil(toCells(m_pixels)), glm::vec2(0.0F), last));
    return {low.x, high.x, low.y, high.y};
}

}  // namespace attnscope
