// The steps of the gradient as a table of functions. Included inside a namespace, once for each instruction set.

template <class Number>
Gradient gradientSteps() {
    return {
        [](const Problem &problem) {
            return std::max(GradientTile<Number>(problem, nullptr).floats(), globalFloats(problem));
        },
        [](const Problem &problem, int64_t imageBlock, int64_t captionBlock, float *workspace) {
            GradientTile<Number>(problem, workspace).run(imageBlock, captionBlock);
        },
        attendTexts<Number>,
        compareImages<Number>,
        spreadToTexts<Number>,
    };
}
