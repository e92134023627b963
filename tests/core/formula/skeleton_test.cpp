#include "formula/skeleton.h"
#include "formula/formula.h"

#include <QTest>

using namespace attnscope;

class SkeletonTest : public QObject {
    Q_OBJECT

private slots:
    void usualWeightsGiveAFormula_data() {
        QTest::addColumn<QList<QPair<QString, QList<int>>>>("weights");
        QTest::addColumn<QString>("contains");
        using Weights = QList<QPair<QString, QList<int>>>;
        QTest::newRow("none") << Weights{} << "e[t] = tanh(sum(f: x[t,f]))";
        QTest::newRow("vector") << Weights{{"a/a_W:0", {128}}} << "a_W[f]";
        QTest::newRow("bias over time") << Weights{{"W", {128}}, {"b", {70}}} << "+ b[t]";
        QTest::newRow("column") << Weights{{"W", {128, 1}}, {"b", {70, 1}}} << "weights  W[f,1], b[t,1]";
        QTest::newRow("hidden") << Weights{{"W", {128, 16}}, {"b", {16}}, {"v", {16}}}
                                << "z[t,h] = tanh(sum(f: x[t,f] * W[f,h]) + b[h])";
        QTest::newRow("context") << Weights{{"kernel", {128, 128}}, {"bias", {128}}, {"u", {128}}} << "bias[h]";
        QTest::newRow("reserved") << Weights{{"exp", {128}}, {"sum:0", {70}}} << "wexp[f]";
        QTest::newRow("scalar") << Weights{{"W", {128}}, {"scale", {}}} << "+ scale";
        QTest::newRow("same names") << Weights{{"q/kernel", {128}}, {"k/kernel", {70}}} << "kernel2[t]";
    }

    void usualWeightsGiveAFormula() {
        using Weights = QList<QPair<QString, QList<int>>>;
        QFETCH(Weights, weights);
        QFETCH(QString, contains);
        std::vector<SkeletonWeight> given;
        for (const auto& [name, extents] : weights)
            given.push_back({name.toStdString(), Shape(std::vector<std::int64_t>(extents.begin(), extents.end()))});
        const std::string source = formulaSkeleton("Mystery", given, 70, 128);
        const auto formula = Formula::parse(source, "skeleton");
        QVERIFY2(formula.has_value(), (formula ? source : formula.error().text() + "\n" + source).c_str());
        QVERIFY2(QString::fromStdString(source).contains(contains), source.c_str());
        QCOMPARE(formula->weights().size(), static_cast<std::size_t>(weights.size()));
    }

    void whatHasNoPlaceIsNamed() {
        const std::string source = formulaSkeleton("Mystery", {{"K", {3, 5, 9}}}, {}, 128);
        QVERIFY2(source.find("still to be used: K[h,g,k]") != std::string::npos, source.c_str());
        const auto formula = Formula::parse(source, "skeleton");
        QVERIFY(!formula.has_value());
        QVERIFY2(formula.error().text().find("K") != std::string::npos, formula.error().text().c_str());
    }
};

QTEST_GUILESS_MAIN(SkeletonTest)
#include "skeleton_test.moc"
