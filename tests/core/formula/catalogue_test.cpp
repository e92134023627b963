#include "formula/catalogue.h"
#include "demo_formula.h"
#include "formula/print.h"
#include "support/bundled_formulas.h"

#include <QTemporaryDir>
#include <QtTest>

#include <sys/stat.h>
#include <fstream>

using namespace attnscope;
using namespace attnscope::test;

/// Formulas by name and by the classes that they serve, and the ones that come with the program.
class FormulaCatalogueTest : public QObject {
    Q_OBJECT

private slots:
    void cataloguesServeByClass();
    void foldersKeepWhatIsSound();
    void bundledFormulasAreTheOnesOfThePlan();
};

void FormulaCatalogueTest::cataloguesServeByClass() {
    Catalogue catalogue;
    QVERIFY(catalogue.add("b", "class A, B\n" + sound));
    QVERIFY(catalogue.add("a", "class A\n" + sound));
    QCOMPARE(catalogue.serving("A").size(), std::size_t{2});
    QCOMPARE(catalogue.serving("A")[0]->name(), std::string("a"));
    QCOMPARE(catalogue.serving("B").size(), std::size_t{1});
    QVERIFY(catalogue.serving("C").empty());
    QVERIFY(catalogue.find("c") == nullptr);
    QVERIFY(catalogue.add("b", "class C\n" + sound));
    QCOMPARE(catalogue.all().size(), std::size_t{2});
    QVERIFY(catalogue.serving("B").empty());
    QCOMPARE(QString::fromStdString(catalogue.add("b", "x").error().text()).left(6), QString("b:1:2:"));
    QCOMPARE(catalogue.serving("C").size(), std::size_t{1});
}

void FormulaCatalogueTest::foldersKeepWhatIsSound() {
    const QTemporaryDir folder;
    const std::string path = folder.path().toStdString();
    std::ofstream(path + "/a_broken.formula") << "nonsense";
    std::ofstream(path + "/b_sound.formula") << sound;
    std::ofstream(path + "/notes.txt") << "nonsense";
    QVERIFY(mkfifo((path + "/pipe.formula").c_str(), 0600) == 0);
    Catalogue catalogue;
    const Status status = catalogue.addFolder(path);
    QVERIFY(!status);
    QCOMPARE(
        status.error().text(),
        path + "/a_broken.formula: a_broken:1:9: expected '[' or '=' after 'nonsense', found the end of the formula");
    QCOMPARE(catalogue.all().size(), std::size_t{1});
    QVERIFY(catalogue.find("b_sound") != nullptr);

    const Status missing = catalogue.addFolder(path + "/nowhere");
    QVERIFY(!missing);
    QCOMPARE(missing.error().code, ErrorCode::Io);
}

void FormulaCatalogueTest::bundledFormulasAreTheOnesOfThePlan() {
    const Formula* attention = bundledCatalogue()->find("attention_step_dim");
    QVERIFY(attention != nullptr);
    QCOMPARE(attention->title(),
             std::string("Attention(step_dim): one score per timestep, mask, normalise with epsilon"));
    QCOMPARE(printFormula(*attention),
             std::string("# Attention(step_dim): one score per timestep, mask, normalise with epsilon\n"
                         "class Attention, AttentionWithBias, AttLayer, AttentionLayer, Attention_layer\n"
                         "weights W[f] as \"*_W\", b[t]? as \"*_b\"\n"
                         "input x[t,f], mask[t]\n"
                         "parameter epsilon = 1e-07\n"
                         "index t as \"step_dim\"\n"
                         "e[t] = tanh(sum(f: x[t,f] * W[f]) + b[t])\n"
                         "u[t] = exp(e[t]) * mask[t]\n"
                         "a[t] = u[t] / (sum(t: u[t]) + epsilon)\n"
                         "c[f] = sum(t: a[t] * x[t,f])\n"
                         "output c, a if return_attention\n"
                         "site score e, weights a, values x, output c\n"));
    const Formula* layer = bundledCatalogue()->find("attention_layer_txt");
    QVERIFY(layer != nullptr);
    QCOMPARE(printFormula(*layer), std::string("# AttentionLayer: a T×T kernel, one weight per feature and timestep\n"
                                               "class AttentionLayer\n"
                                               "weights W[s,t] as \"*att_weight*\", b[t] as \"*att_bias*\"\n"
                                               "input x[t,f]\n"
                                               "e[f,t] = tanh(sum(s: x[s,f] * W[s,t]) + b[t])\n"
                                               "a[f,t] = softmax(t: e[f,t])\n"
                                               "c[f] = sum(t: a[f,t] * x[t,f])\n"
                                               "site score e, weights a, values x, output c\n"));
}

QTEST_GUILESS_MAIN(FormulaCatalogueTest)
#include "catalogue_test.moc"
