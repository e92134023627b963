#include "h5_writer.h"
#include "opened.h"
#include "problems.h"
#include "support/files.h"
#include "zip_writer.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <functional>

using namespace attnscope;
using namespace attnscope::test;

namespace {

/// A kind of file that keeps weights in HDF5: where its first weight is, and how errors name that.
struct Container {
    const char* name;
    const char* file;
    std::string weight;
    std::string place;
    void (*write)(H5Writer&);  ///< all but the weight
};

const std::vector<Container>& containers() {
    static const std::vector<Container> all{
        {"whole model", "m.h5", "/model_weights/dense/dense/kernel:0",
         "layer dense: ", [](H5Writer& file) { writeDenseModel(file); }},
        {"weights by name", "w.hdf5", "/dense/dense/kernel:0", "layer dense: ",
         [](H5Writer& file) {
             file.texts("/", "layer_names", {"dense"});
             file.group("/dense");
             file.texts("/dense", "weight_names", {"dense/kernel:0", "dense/bias:0"});
         }},
        {"numbered weights", "old.h5", "/layer_0/param_0", "",
         [](H5Writer& file) { file.text("/", "nb_layers", "1"); }},
        {"weights by place", "m.weights.h5", "/layers/dense/vars/0", "", [](H5Writer&) {}},
        {"archive", "m.keras", "/layers/dense/vars/0", "member model.weights.h5: ", [](H5Writer&) {}},
        {"older archive", "m.keras", "/_layer_checkpoint_dependencies/dense/vars/0",
         "member model.weights.h5: ", [](H5Writer&) {}},
    };
    return all;
}

std::string parentOf(const std::string& path) {
    return path.substr(0, path.rfind('/'));
}

/// Makes the groups above a path, as far as they are not there.
void makeGroups(H5Writer& file, const std::string& path) {
    for (std::size_t end = path.find('/', 1); end != std::string::npos; end = path.find('/', end + 1)) {
        if (H5Lexists(file.id(), path.substr(0, end).c_str(), H5P_DEFAULT) <= 0) file.group(path.substr(0, end));
    }
}

hid_t creating(const std::function<void(hid_t)>& ask) {
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    ask(creation);
    return creation;
}

/// Chunks of 8 × 8, with something else asked for.
hid_t chunked(const std::function<void(hid_t)>& ask = [](hid_t) {}) {
    return creating([&](hid_t creation) {
        const std::vector<hsize_t> sides{8, 8};
        H5Pset_chunk(creation, 2, sides.data());
        ask(creation);
    });
}

hid_t oddFloat() {
    const hid_t odd = H5Tcopy(H5T_IEEE_F32LE);
    H5Tset_ebias(odd, 100);
    return odd;
}

hid_t oddInteger() {
    const hid_t odd = H5Tcopy(H5T_STD_I32LE);
    H5Tset_precision(odd, 20);
    return odd;
}

hid_t pairType() {
    const hid_t pair = H5Tcreate(H5T_COMPOUND, 8);
    H5Tinsert(pair, "a", 0, H5T_IEEE_F32LE);
    H5Tinsert(pair, "b", 4, H5T_IEEE_F32LE);
    return pair;
}

hid_t enumType() {
    const hid_t choice = H5Tenum_create(H5T_STD_I8LE);
    const signed char one = 1;
    H5Tenum_insert(choice, "one", &one);
    return choice;
}

void writeUserLink(H5Writer& file, const std::string& path) {
    H5L_class_t kind{};
    kind.version = H5L_LINK_CLASS_T_VERS;
    kind.id = static_cast<H5L_type_t>(H5L_TYPE_UD_MIN + 36);
    kind.comment = "test";
    kind.trav_func = [](const char*, hid_t, const void*, size_t, hid_t, hid_t) -> hid_t { return -1; };
    H5Lregister(&kind);
    H5Lcreate_ud(file.id(), path.c_str(), kind.id, nullptr, 0, H5P_DEFAULT, H5P_DEFAULT);
}

/// One way to store a weight that is refused.
struct Storage {
    const char* name;
    /// Writes the weight at `path`, its group being there; `other` is a sound file that holds numbers under /data.
    void (*write)(H5Writer& file, const std::string& path, const std::string& other);
    const char* problem;      ///< what follows the path; with a * at its end if the rest does not matter
    bool ofItsGroup = false;  ///< it is the weight's group that is wrong
};

const std::vector<Storage>& storages() {
    using File = H5Writer&;
    using Text = const std::string&;
    static const std::vector<Storage> all{
        {"soft link",
         [](File file, Text path, Text) {
             file.numbers("/aside", {3, 2});
             H5Lcreate_soft("/aside", file.id(), path.c_str(), H5P_DEFAULT, H5P_DEFAULT);
         },
         "is a soft link, which is not followed; the data itself was expected"},
        {"external link",
         [](File file, Text path, Text other) {
             H5Lcreate_external(other.c_str(), "/data", file.id(), path.c_str(), H5P_DEFAULT, H5P_DEFAULT);
         },
         "is a link to another file, which is not followed; the data itself was expected"},
        {"user-defined link", [](File file, Text path, Text) { writeUserLink(file, path); },
         "is a user-defined link, which is not followed; the data itself was expected"},
        {"group behind a soft link",
         [](File file, Text path, Text) {
             file.numbers("/aside/" + path.substr(path.rfind('/') + 1), {3, 2});
             H5Ldelete(file.id(), parentOf(path).c_str(), H5P_DEFAULT);
             H5Lcreate_soft("/aside", file.id(), parentOf(path).c_str(), H5P_DEFAULT, H5P_DEFAULT);
         },
         "is a soft link, which is not followed; the data itself was expected", true},
        {"group behind an external link",
         [](File file, Text path, Text other) {
             H5Ldelete(file.id(), parentOf(path).c_str(), H5P_DEFAULT);
             H5Lcreate_external(other.c_str(), "/", file.id(), parentOf(path).c_str(), H5P_DEFAULT, H5P_DEFAULT);
         },
         "is a link to another file, which is not followed; the data itself was expected", true},
        {"external storage",
         [](File file, Text path, Text other) {
             file.unwritten(path, {3, 2}, H5T_IEEE_F32LE,
                            creating([&](hid_t creation) { H5Pset_external(creation, other.c_str(), 0, 24); }));
         },
         "is stored outside the file, which is not opened"},
        {"virtual dataset",
         [](File file, Text path, Text other) {
             const std::vector<hsize_t> extents{3, 2};
             const hid_t space = H5Screate_simple(2, extents.data(), nullptr);
             file.unwritten(path, extents, H5T_IEEE_F32LE, creating([&](hid_t creation) {
                                H5Pset_virtual(creation, space, other.c_str(), "/data", space);
                            }));
         },
         "is a virtual dataset made of others, which are not opened"},
        {"virtual dataset without an end",
         [](File file, Text path, Text other) {
             const std::vector<hsize_t> extents{3, 2};
             const std::vector<hsize_t> most{H5S_UNLIMITED, 2};
             const hid_t space = H5Screate_simple(2, extents.data(), most.data());
             const std::vector<hsize_t> start{0, 0};
             const std::vector<hsize_t> count{H5S_UNLIMITED, 1};
             const std::vector<hsize_t> block{1, 2};
             H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), block.data());
             const hid_t creation =
                 creating([&](hid_t list) { H5Pset_virtual(list, space, other.c_str(), "/data", space); });
             H5Dclose(H5Dcreate2(file.id(), path.c_str(), H5T_IEEE_F32LE, space, H5P_DEFAULT, creation, H5P_DEFAULT));
         },
         "is a virtual dataset made of others, which are not opened"},
        {"object references", [](File file, Text path, Text) { file.unwritten(path, {3}, H5T_STD_REF_OBJ); },
         "holds references; numbers were expected"},
        {"region references", [](File file, Text path, Text) { file.unwritten(path, {3}, H5T_STD_REF_DSETREG); },
         "holds references; numbers were expected"},
        {"compound", [](File file, Text path, Text) { file.unwritten(path, {3}, pairType()); },
         "holds compound values; numbers were expected"},
        {"enumeration", [](File file, Text path, Text) { file.unwritten(path, {3}, enumType()); },
         "holds enumerations; numbers were expected"},
        {"lists", [](File file, Text path, Text) { file.unwritten(path, {3}, H5Tvlen_create(H5T_IEEE_F32LE)); },
         "holds lists of varying length; numbers were expected"},
        {"opaque", [](File file, Text path, Text) { file.unwritten(path, {3}, H5Tcreate(H5T_OPAQUE, 2)); },
         "holds opaque bytes; numbers were expected"},
        {"bit field", [](File file, Text path, Text) { file.unwritten(path, {3}, H5T_STD_B8LE); },
         "holds bit fields; numbers were expected"},
        {"arrays",
         [](File file, Text path, Text) {
             const hsize_t two = 2;
             file.unwritten(path, {3}, H5Tarray_create2(H5T_IEEE_F32LE, 1, &two));
         },
         "holds arrays; numbers were expected"},
        {"strings", [](File file, Text path, Text) { file.unwritten(path, {3}, H5T_C_S1); },
         "holds strings; numbers were expected"},
        {"times", [](File file, Text path, Text) { file.unwritten(path, {3}, H5T_UNIX_D32LE); },
         "holds values of an unknown kind; numbers were expected"},
        {"an odd float",
         [](File file, Text path, Text) {
             file.numbers(path, {3, 2}, oddFloat());
         },
         "holds numbers of an unusual layout; float16, float32 or float64 was expected"},
        {"an odd integer",
         [](File file, Text path, Text) {
             file.numbers(path, {3, 2}, oddInteger());
         },
         "holds numbers of an unusual layout; float16, float32 or float64 was expected"},
        {"scale-offset filter",
         [](File file, Text path, Text) {
             file.numbers(path, {8, 8}, H5T_STD_I32LE,
                          chunked([](hid_t creation) { H5Pset_scaleoffset(creation, H5Z_SO_INT, 0); }));
         },
         "is stored through filter 6; deflate, shuffle or fletcher32 was expected"},
        {"n-bit filter",
         [](File file, Text path, Text) {
             file.numbers(path, {8, 8}, H5T_STD_I32LE, chunked(H5Pset_nbit));
         },
         "is stored through filter 5; deflate, shuffle or fletcher32 was expected"},
        {"a plugin's filter",  // LZF, as h5py has it
         [](File file, Text path, Text) {
             file.numbers(path, {8, 8}, H5T_IEEE_F32LE, chunked([](hid_t creation) {
                              H5Pset_filter(creation, 32000, H5Z_FLAG_OPTIONAL, 0, nullptr);
                          }));
         },
         "is stored through filter 32000; deflate, shuffle or fletcher32 was expected"},
        {"nothing stored",
         [](File file, Text path, Text) {
             file.unwritten(path, {32, 32}, H5T_IEEE_F32LE, chunked());
         },
         "declares 4096 bytes (32, 32), limit 0 bytes for the 0 bytes that are stored"},
        {"2^40 compressed floats",
         [](File file, Text path, Text) {
             file.unwritten(path, {1U << 20U, 1U << 20U}, H5T_IEEE_F32LE,
                            chunked([](hid_t creation) { H5Pset_deflate(creation, 9); }));
         },
         "needs 4194304 MiB for shape (1048576, 1048576), limit 128 MiB for all weights of a file of *"},
        {"an axis beyond all bounds",
         [](File file, Text path, Text) {
             file.unwritten(path, {1ULL << 40U, 8}, H5T_IEEE_F32LE, chunked());
         },
         "needs an axis of length 1099511627776, limit 2147483647"},
        {"2^60 floats",
         [](File file, Text path, Text) {
             file.unwritten(path, {1U << 30U, 1U << 30U}, H5T_IEEE_F32LE, chunked());
         },
         "needs 4398046511104 MiB for shape (1073741824, 1073741824), limit 128 MiB for all weights of a file of *"},
        {"too many axes", [](File file, Text path, Text) { file.numbers(path, std::vector<hsize_t>(9, 1)); },
         "needs 9 axes, limit 8"},
        {"an axis of length 0",
         [](File file, Text path, Text) {
             file.unwritten(path, {3, 0}, H5T_IEEE_F32LE);
         },
         "has an axis of length 0; no weight has"},
        {"no values",
         [](File file, Text path, Text) {
             H5Dclose(H5Dcreate2(file.id(), path.c_str(), H5T_IEEE_F32LE, H5Screate(H5S_NULL), H5P_DEFAULT, H5P_DEFAULT,
                                 H5P_DEFAULT));
         },
         "has no values"},
        {"a group", [](File file, Text path, Text) { file.group(path); }, "a dataset was expected*"},
        {"a type",
         [](File file, Text path, Text) {
             const hid_t type = H5Tcopy(H5T_IEEE_F32LE);
             H5Tcommit2(file.id(), path.c_str(), type, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
             H5Tclose(type);
         },
         "a dataset was expected*"},
    };
    return all;
}

}  // namespace

/// Whatever a weight is stored as, in every kind of file that keeps weights in HDF5: refused by name, with the path
/// inside the file, and without anything outside the file being opened.
class RefusedStorageTest : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { H5Writer(at("other.h5")).numbers("/data", {3, 2}); }

    void everyOtherStorageIsRefused_data();
    void everyOtherStorageIsRefused();
    void theFilesAreSoundOtherwise();
    void theTraceSeesWhatIsOpened();

private:
    [[nodiscard]] std::string at(const QString& name) const { return m_folder.filePath(name).toStdString(); }
    /// A file of this kind with a weight that `write` puts into it.
    [[nodiscard]] QByteArray made(const Container& container, const std::function<void(H5Writer&)>& write) const;

    QTemporaryDir m_folder;
};

QByteArray RefusedStorageTest::made(const Container& container, const std::function<void(H5Writer&)>& write) const {
    {
        H5Writer file(at("image.h5"));
        container.write(file);
        makeGroups(file, container.weight);
        write(file);
    }
    const QByteArray bytes = contentOf(m_folder.filePath("image.h5"));
    if (!std::string_view(container.file).ends_with(".keras")) return bytes;
    return QByteArray::fromStdString(zipOf({{"config.json", "{}"},
                                            {"metadata.json", R"({"keras_version": "3.15.1"})"},
                                            {"model.weights.h5", bytes.toStdString()}}));
}

// All of them are written before the first is read: reading takes the library's external links away for good.
void RefusedStorageTest::everyOtherStorageIsRefused_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QString>("expected");
    const std::string other = at("other.h5");
    for (const Container& in : containers()) {
        for (const Storage& as : storages()) {
            const std::string path = as.ofItsGroup ? parentOf(in.weight) : in.weight;
            QTest::addRow("%s, %s", in.name, as.name)
                << in.file << made(in, [&](H5Writer& file) { as.write(file, in.weight, other); })
                << QString::fromStdString(in.place + path + ": " + as.problem);
        }
    }
}

void RefusedStorageTest::everyOtherStorageIsRefused() {
    QFETCH(QString, file);
    QFETCH(QByteArray, bytes);
    QFETCH(QString, expected);
    Watched watched;
    QVERIFY(watched.add(at("other.h5")));
    const QString found = problemOf(file.toStdString(), bytes.toStdString());
    QVERIFY(!watched.wasOpened());
    compareMessage(found, expected);
}

void RefusedStorageTest::theFilesAreSoundOtherwise() {
    for (const Container& container : containers()) {
        const QByteArray bytes = made(container, [&](H5Writer& file) {
            file.numbers(container.weight, {3, 2});
            if (container.place.starts_with("layer")) file.numbers(parentOf(container.weight) + "/bias:0", {2});
        });
        QCOMPARE(problemOf(container.file, bytes.toStdString()), QString());
    }
}

void RefusedStorageTest::theTraceSeesWhatIsOpened() {
    Watched watched;
    QVERIFY(watched.add(at("other.h5")));
    QVERIFY(!watched.wasOpened());
    QVERIFY(QFile(QString::fromStdString(at("other.h5"))).open(QFile::ReadOnly));
    QVERIFY(watched.wasOpened());
}

QTEST_GUILESS_MAIN(RefusedStorageTest)
#include "refused_storage_test.moc"
