import java.io.BufferedReader;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.lucene.analysis.Analyzer;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.analysis.tokenattributes.CharTermAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.MMapDirectory;

/**
 * Measures Lucene in the same way as the other engines. Arguments: documents.tsv, queries.txt ("set<TAB>query" lines), index folder, k, rounds,
 * warm-up rounds. Prints one line of JSON. Measures from the query string to ids and scores, English analyzer,
 * one thread, one segment, a JVM that is warm after the warm-up rounds.
 */
public class LuceneBench {
  public static void main(String[] args) throws Exception {
    Analyzer analyzer = new EnglishAnalyzer();
    int k = Integer.parseInt(args[3]);
    int rounds = Integer.parseInt(args[4]);
    int warm = Integer.parseInt(args[5]);
    BM25Similarity similarity = new BM25Similarity(0.9f, 0.4f);
    MMapDirectory directory = new MMapDirectory(Path.of(args[2]));
    long started = System.nanoTime();
    long cpu = cpuNanos();
    try (IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(analyzer).setSimilarity(similarity).setRAMBufferSizeMB(256));
        BufferedReader in = Files.newBufferedReader(Path.of(args[0]), StandardCharsets.UTF_8)) {
      for (String line; (line = in.readLine()) != null; ) {
        int tab = line.indexOf('\t');
        Document document = new Document();
        document.add(new NumericDocValuesField("id", Long.parseLong(line.substring(0, tab))));
        document.add(new TextField("text", line.substring(tab + 1), Field.Store.NO));
        writer.addDocument(document);
      }
      writer.forceMerge(1);
    }
    double indexMs = (System.nanoTime() - started) / 1e6;
    double indexCpu = (cpuNanos() - cpu) / 1e6;
    long bytes = 0;
    for (String file : directory.listAll()) bytes += directory.fileLength(file);
    IndexSearcher searcher = new IndexSearcher(DirectoryReader.open(directory));
    searcher.setSimilarity(similarity);
    searcher.setQueryCache(null);
    Map<String, List<String>> sets = new LinkedHashMap<>();
    for (String line : Files.readAllLines(Path.of(args[1]))) {
      String[] parts = line.split("\t");
      sets.computeIfAbsent(parts[0], name -> new ArrayList<>()).add(parts[1]);
    }
    StringBuilder out = new StringBuilder();
    for (Map.Entry<String, List<String>> set : sets.entrySet()) {
      if (out.length() > 0) out.append(',');
      out.append('"').append(set.getKey()).append("\":").append(timed(searcher, analyzer, set.getValue(), k, rounds, warm));
    }
    System.out.printf("{\"engine\":\"lucene\",\"version\":\"%s, Java %s\",\"indexMs\":%.1f,\"indexCpuMs\":%.1f,\"bytes\":%d,\"rss\":%d,\"sets\":{%s}}%n",
        org.apache.lucene.util.Version.LATEST, System.getProperty("java.version"), indexMs, indexCpu, bytes, rss(), out);
  }

  static String timed(IndexSearcher searcher, Analyzer analyzer, List<String> texts, int k, int rounds, int warm) throws Exception {
    for (int w = 0; w < warm; w++) for (String text : texts) search(searcher, analyzer, text, k);
    double[] times = new double[rounds * texts.size()];
    StringBuilder top = new StringBuilder();
    long cpu = threadNanos();
    double sum = 0;
    for (int r = 0, t = 0; r < rounds; r++) {
      for (String text : texts) {
        long from = System.nanoTime();
        Object[] found = search(searcher, analyzer, text, k);
        times[t] = (System.nanoTime() - from) / 1e6;
        sum += times[t++];
        if (r == 0) top.append(top.length() == 0 ? "" : ",").append(json((long[]) found[0]));
      }
    }
    double cpuPerQuery = (threadNanos() - cpu) / 1e6 / times.length;
    Arrays.sort(times);
    return String.format("{\"n\":%d,\"p50\":%.6f,\"p99\":%.6f,\"mean\":%.6f,\"cpu\":%.6f,\"of\":%d,\"top\":[%s]}",
        times.length, times[times.length / 2], times[(int) (0.99 * times.length)], sum / times.length, cpuPerQuery, texts.size(), top);
  }

  /** {ids, scores} of the best k. */
  static Object[] search(IndexSearcher searcher, Analyzer analyzer, String text, int k) throws Exception {
    Map<String, Integer> counts = new LinkedHashMap<>();
    try (TokenStream tokens = analyzer.tokenStream("text", text)) {
      CharTermAttribute term = tokens.addAttribute(CharTermAttribute.class);
      tokens.reset();
      while (tokens.incrementToken()) counts.merge(term.toString(), 1, Integer::sum);
      tokens.end();
    }
    BooleanQuery.Builder builder = new BooleanQuery.Builder();
    for (Map.Entry<String, Integer> entry : counts.entrySet()) {
      Query query = new TermQuery(new Term("text", entry.getKey()));
      builder.add(entry.getValue() == 1 ? query : new BoostQuery(query, entry.getValue()), Occur.SHOULD);
    }
    ScoreDoc[] hits = searcher.search(builder.build(), k).scoreDocs;
    NumericDocValues values = searcher.getIndexReader().leaves().get(0).reader().getNumericDocValues("id");
    long[] ids = new long[hits.length];
    float[] scores = new float[hits.length];
    Integer[] order = new Integer[hits.length];
    for (int i = 0; i < order.length; i++) order[i] = i;
    Arrays.sort(order, (a, b) -> hits[a].doc - hits[b].doc); // doc values are read forwards
    for (int i : order) {
      values.advanceExact(hits[i].doc);
      ids[i] = values.longValue();
      scores[i] = hits[i].score;
    }
    return new Object[] {ids, scores};
  }

  static String json(long[] ids) {
    StringBuilder out = new StringBuilder("[");
    for (int i = 0; i < ids.length; i++) out.append(i == 0 ? "" : ",").append(String.format("\"%08d\"", ids[i]));
    return out.append(']').toString();
  }

  static long cpuNanos() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
  }
  static long threadNanos() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
  static long rss() throws Exception {
    Path status = Path.of("/proc/self/status");
    if (!Files.exists(status)) return 0;
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmRSS:")) return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
    }
    return 0;
  }
}
