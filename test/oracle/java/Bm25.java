import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import org.apache.lucene.analysis.en.EnglishAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.TextField;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.BoostQuery;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.PhraseQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreDoc;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.similarities.BM25Similarity;
import org.apache.lucene.store.ByteBuffersDirectory;

/**
 * Lucene's BM25 over lines of stdin. Arguments: k1 b. A line is one of
 *   D field=text ...   adds a document (fields and texts percent-encoded); documents are numbered from 0
 *   X number           deletes a document; every D comes before every X, and X before Q
 *   Q k program        prints "doc:bits" of the best k, bits = the float32 score in hexadecimal
 * A program is in postfix notation: Tfield/term, Pfield/term/term/..., Bboost (of the top), O<n>,<m> and A<n>,<m> (an
 * or / and of n clauses and m excluded ones, taken from the stack).
 */
public class Bm25 {
  public static void main(String[] args) throws Exception {
    BM25Similarity similarity = new BM25Similarity(Float.parseFloat(args[0]), Float.parseFloat(args[1]));
    IndexWriterConfig config = new IndexWriterConfig(new EnglishAnalyzer());
    config.setSimilarity(similarity);
    config.setMergePolicy(org.apache.lucene.index.NoMergePolicy.INSTANCE);
    config.setRAMBufferSizeMB(512);
    IndexWriter writer = new IndexWriter(new ByteBuffersDirectory(), config);
    IndexSearcher searcher = null;
    PrintStream out = new PrintStream(System.out, false, StandardCharsets.US_ASCII);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    int number = 0;
    for (String line; (line = in.readLine()) != null; ) {
      String[] parts = line.split(" ");
      if (parts[0].equals("D")) {
        Document document = new Document();
        document.add(new org.apache.lucene.document.StringField("#", Integer.toString(number++), Field.Store.NO));
        for (int i = 1; i < parts.length; i++) {
          int at = parts[i].indexOf('=');
          document.add(new TextField(decode(parts[i].substring(0, at)), decode(parts[i].substring(at + 1)), Field.Store.NO));
        }
        writer.addDocument(document);
      } else if (parts[0].equals("X")) {
        writer.deleteDocuments(new Term("#", parts[1]));
      } else {
        if (searcher == null) {
          searcher = new IndexSearcher(DirectoryReader.open(writer));
          searcher.setSimilarity(similarity);
          searcher.setQueryCache(null);
        }
        ScoreDoc[] hits = searcher.search(query(parts), Integer.parseInt(parts[1])).scoreDocs;
        StringBuilder answer = new StringBuilder();
        for (ScoreDoc hit : hits) {
          answer.append(hit.doc).append(':').append(Integer.toHexString(Float.floatToIntBits(hit.score))).append(' ');
        }
        out.println(answer.toString().trim());
      }
    }
    out.flush();
  }

  static Query query(String[] parts) {
    Deque<Query> stack = new ArrayDeque<>();
    for (int i = 2; i < parts.length; i++) {
      String rest = parts[i].substring(1);
      switch (parts[i].charAt(0)) {
        case 'T' -> stack.push(new TermQuery(new Term(decode(rest.split("/")[0]), decode(rest.split("/")[1]))));
        case 'P' -> {
          String[] names = rest.split("/");
          String[] terms = new String[names.length - 1];
          for (int t = 0; t < terms.length; t++) terms[t] = decode(names[t + 1]);
          stack.push(new PhraseQuery(decode(names[0]), terms));
        }
        case 'B' -> stack.push(new BoostQuery(stack.pop(), Float.parseFloat(rest)));
        default -> stack.push(group(parts[i].charAt(0) == 'A' ? Occur.MUST : Occur.SHOULD, rest.split(","), stack));
      }
    }
    return stack.pop();
  }

  static Query group(Occur occur, String[] counts, Deque<Query> stack) {
    BooleanQuery.Builder builder = new BooleanQuery.Builder();
    for (Query excluded : pop(stack, Integer.parseInt(counts[1]))) builder.add(excluded, Occur.MUST_NOT);
    for (Query clause : pop(stack, Integer.parseInt(counts[0]))) builder.add(clause, occur);
    return builder.build();
  }

  static List<Query> pop(Deque<Query> stack, int count) {
    List<Query> out = new ArrayList<>();
    for (int i = 0; i < count; i++) out.add(stack.pop());
    Collections.reverse(out);
    return out;
  }

  static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }
}
